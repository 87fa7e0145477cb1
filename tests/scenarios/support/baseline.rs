//! The worked example that most scenarios begin with: three customers, one credit of 1,000.00
//! whose owner used 100.00, so that AWS put 900.00 on someone else.

use super::{Bill, Office, bill, credit, grant, usage};

/// Who owns the credit.
pub(crate) const OWNER: &str = "000000001234";
/// Who got 900.00 of it.
pub(crate) const A2: &str = "000000000002";
/// Who has nothing to do with it.
pub(crate) const A3: &str = "000000000003";

/// Who AWS says owns the scattered part.
const SUFFIXED: &str = "AWS Promotional Credit, credit from account: 000000001234";

pub(crate) const FIVE_FEBRUARY: &str = "2019-02-05T09:00:00Z";
pub(crate) const FIVE_MARCH: &str = "2019-03-05T09:00:00Z";
pub(crate) const FIVE_APRIL: &str = "2019-04-05T09:00:00Z";

/// The story, and how far it is told.
pub(crate) struct Story;

impl Story {
    /// January's bill with another amount used by the owner.
    pub(crate) fn january_with(used: &str) -> Bill {
        bill("2019-01").lines([
            usage(OWNER, "AmazonEC2", used),
            usage(A2, "AmazonEC2", "2500.00"),
            usage(A3, "AmazonEC2", "2400.00"),
            credit(OWNER, "-100.00", "AWS Promotional Credit"),
            credit(A2, "-900.00", SUFFIXED),
        ])
    }

    /// January's bill.
    pub(crate) fn january() -> Bill {
        Self::january_with("100.00")
    }

    /// A later month: what the owner used, and the others as in January.
    pub(crate) fn later(period: &str, used: &str) -> Bill {
        bill(period).lines([
            usage(OWNER, "AmazonEC2", used),
            usage(A2, "AmazonEC2", "2500.00"),
            usage(A3, "AmazonEC2", "2400.00"),
        ])
    }

    /// Accounts and credit imported.
    pub(crate) fn imported() -> Office {
        let office = Office::new();
        office.accounts(&[
            (OWNER, "Department of Light", "PO-A"),
            (A2, "Second Street Bakery", "PO-2"),
            (A3, "Third Man Pictures", "PO-3"),
        ]);
        office.grants(&[grant("5001", OWNER, "1000.00")]);
        office
    }

    /// January ingested too.
    pub(crate) fn ingested() -> Office {
        let office = Self::imported();
        office.ingest("january.csv", Self::january().cur2());
        office
    }

    /// January billed too.
    pub(crate) fn billed() -> Office {
        let office = Self::ingested();
        office.ok(&["bill", "2019-01"]);
        office
    }

    /// January closed too.
    pub(crate) fn closed() -> Office {
        let office = Self::billed();
        office.ok(&["close", "2019-01"]);
        office
    }
}
