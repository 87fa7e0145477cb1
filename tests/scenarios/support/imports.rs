//! The small files of an operator: upstream credits as rows of the import.

use super::PAYER;

/// An upstream credit for the import.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    credit: String,
    payer: String,
    owner: String,
    description: String,
    face: String,
    start: String,
    end: String,
    services: String,
    covers_tax: String,
    currency: String,
}

/// A credit for any service, of the year 2019.
pub(crate) fn grant(credit: &str, owner: &str, face: &str) -> Grant {
    Grant {
        credit: credit.to_owned(),
        payer: PAYER.to_owned(),
        owner: owner.to_owned(),
        description: "AWS Promotional Credit".to_owned(),
        face: face.to_owned(),
        start: "2019-01-01".to_owned(),
        end: "2019-12-31".to_owned(),
        services: String::new(),
        covers_tax: String::new(),
        currency: "USD".to_owned(),
    }
}

impl Grant {
    /// Under another payer.
    pub(crate) fn payer(mut self, payer: &str) -> Self {
        payer.clone_into(&mut self.payer);
        self
    }

    /// With another description.
    pub(crate) fn described(mut self, description: &str) -> Self {
        description.clone_into(&mut self.description);
        self
    }

    /// From a first to a last day.
    pub(crate) fn runs(mut self, start: &str, end: &str) -> Self {
        start.clone_into(&mut self.start);
        end.clone_into(&mut self.end);
        self
    }

    /// For these services only, separated by `;`.
    pub(crate) fn services(mut self, services: &str) -> Self {
        services.clone_into(&mut self.services);
        self
    }

    /// Paying tax too.
    pub(crate) fn covering_tax(mut self) -> Self {
        "yes".clone_into(&mut self.covers_tax);
        self
    }

    /// In another currency.
    pub(crate) fn currency(mut self, currency: &str) -> Self {
        currency.clone_into(&mut self.currency);
        self
    }

    fn row(&self) -> String {
        let Self { credit, payer, owner, description, face, start, end, services, covers_tax, currency } = self;
        format!(
            "{credit},{payer},{owner},{description},promotional,{currency},{face},{start},{end},{services},,,\
             {covers_tax}\n"
        )
    }
}

/// The credits file of the contract.
pub(super) fn credits_csv(grants: &[Grant]) -> String {
    let mut text = "credit_id,payer_account_id,owner_account_id,description,program,currency,face_amount,start_date,\
                    end_date,services,excluded_services,regions,covers_tax\n"
        .to_owned();
    text.extend(grants.iter().map(Grant::row));
    text
}

/// The accounts file of the contract: member, customer, PO number.
pub(super) fn accounts_csv(payer: &str, accounts: &[(&str, &str, &str)]) -> String {
    let mut text = "payer_account_id,member_account_id,customer,po_number,from,to\n".to_owned();
    text.extend(
        accounts.iter().map(|(member, customer, po)| format!("{payer},{member},{customer},{po},2015-01-01,\n")),
    );
    text
}
