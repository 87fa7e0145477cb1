//! Statements as they were recorded: the one that counts, those it took the place of, and those that
//! correct other months.

use std::collections::BTreeSet;

use domain::{
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
};

use super::{StoredStatement, correcting_key, statement_key};
use crate::{ReadModel, ReadModelFault, StoreFault, Tree};

impl ReadModel {
    /// A member's statement of a period, the one recorded last.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn statement(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        period: BillingPeriod,
    ) -> Result<Option<StoredStatement>, StoreFault> {
        self.value(Tree::Statements, statement_key(payer, period, Some(member)).as_bytes())
    }

    /// Members of a payer that have a statement of a period, sorted.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn members_stated(
        &self,
        payer: &PayerAccountId,
        period: BillingPeriod,
    ) -> Result<BTreeSet<MemberAccountId>, StoreFault> {
        let prefix = statement_key(payer, period, None);
        let found = self.keys(Tree::Statements, prefix.as_bytes())?;
        Ok(found
            .into_iter()
            .filter_map(|key| MemberAccountId::parse(&String::from_utf8_lossy(key.get(prefix.len()..)?)).ok())
            .collect())
    }

    /// A member's statements of a period that went out and were made anew since, oldest first.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn former_statements(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        period: BillingPeriod,
    ) -> Result<Vec<StoredStatement>, StoreFault> {
        let prefix = format!("{}/", statement_key(payer, period, Some(member)));
        let found = self.values(Tree::FormerStatements, prefix.as_bytes())?;
        Ok(found.into_iter().map(|(_, stored)| stored).collect())
    }

    /// All statements of a member, by period.
    ///
    /// # Errors
    /// [`ReadModelFault`].
    pub fn statements(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
    ) -> Result<Vec<StoredStatement>, ReadModelFault> {
        Ok(self.statements_of_periods(payer, member, &self.periods_of(payer)?)?)
    }

    /// The statements that a member has of some periods.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn statements_of_periods(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        periods: &BTreeSet<BillingPeriod>,
    ) -> Result<Vec<StoredStatement>, StoreFault> {
        let mut found = Vec::new();
        for period in periods {
            found.extend(self.statement(payer, member, *period)?);
        }
        Ok(found)
    }

    /// The statements of a member that say something of other months, or of what memos of other
    /// payers paid, by period: the few to look at for what was corrected.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn correcting_statements(
        &self,
        payer: &PayerAccountId,
        member: &MemberAccountId,
    ) -> Result<Vec<StoredStatement>, StoreFault> {
        let prefix = correcting_key(payer, member, None);
        let mut found = Vec::new();
        for key in self.keys(Tree::Correcting, prefix.as_bytes())? {
            let period = key.get(prefix.len()..).map(String::from_utf8_lossy);
            if let Some(period) = period.and_then(|text| BillingPeriod::parse(&text).ok()) {
                found.extend(self.statement(payer, member, period)?);
            }
        }
        Ok(found)
    }

    /// All statements, in order of payer, account and period.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn all_statements(&self) -> Result<Vec<StoredStatement>, StoreFault> {
        let mut found: Vec<StoredStatement> =
            self.values(Tree::Statements, b"")?.into_iter().map(|(_, stored)| stored).collect();
        let place = |stored: &StoredStatement| {
            let statement = &stored.statement;
            (statement.payer_account_id.clone(), statement.member_account_id.clone(), statement.period)
        };
        found.sort_by_cached_key(place);
        Ok(found)
    }
}
