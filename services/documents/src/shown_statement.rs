//! A statement to be shown: its texts are plain, and it says where its document stands.

use domain::billing::{DocumentStanding, MemberStatement};

use crate::plain_text::plain_text;

/// A recorded statement, as every form shows it.
#[derive(Debug, Clone)]
pub struct ShownStatement {
    /// What it says.
    pub(crate) statement: MemberStatement,
    /// Where its document stands now.
    pub(crate) standing: DocumentStanding,
}

impl ShownStatement {
    /// The statement with every text of others made plain.
    pub fn new(statement: &MemberStatement, standing: DocumentStanding) -> Self {
        let mut statement = statement.clone();
        let MemberStatement { customer, po_number, memos, lines, sellers, in_document_currency, .. } = &mut statement;
        plain(&mut customer.0);
        plain(&mut po_number.0);
        for memo in memos {
            [&mut memo.description, &mut memo.program, &mut memo.expiry_rule].into_iter().for_each(plain);
        }
        for line in lines {
            [&mut line.service, &mut line.charge_kind].into_iter().for_each(plain);
        }
        for seller in sellers {
            [&mut seller.legal_entity, &mut seller.billing_entity, &mut seller.invoice_id].into_iter().for_each(plain);
        }
        if let Some(converted) = in_document_currency {
            plain(&mut converted.rate_source);
        }
        Self { statement, standing }
    }
}

fn plain(text: &mut String) {
    if let std::borrow::Cow::Owned(plain) = plain_text(text) {
        *text = plain;
    }
}
