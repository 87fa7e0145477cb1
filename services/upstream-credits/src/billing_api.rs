//! The JSON of `aws billing get-credits`, as it comes.
//!
//! Source: <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_billing_GetCredits.html>.
//! Times are epoch seconds or ISO 8601; amounts are decimal strings. The JSON names no payer: it is
//! said by the operator or found in the accounts import. Deliberately lenient in what it passes
//! over: a field that nothing here needs is AWS's business.

use chrono::{DateTime, Datelike, NaiveDate};
use domain::{
    credit::{StatedByAws, UpstreamCreditTerms},
    day::{has_year_of_four_digits, parse_day},
    ids::{IdFault, MemberAccountId, PayerAccountId, UpstreamCreditId},
};
use money::{Currency, Exact};
use serde_json::Value;

/// Reads the credits of an API answer, or of an array of answers (pages).
///
/// # Errors
/// What is wrong, naming the credit and the field.
pub fn read_get_credits(
    document: &Value,
    payer_of: &dyn Fn(&MemberAccountId) -> Option<PayerAccountId>,
) -> Result<Vec<UpstreamCreditTerms>, String> {
    let pages: Vec<&Value> = match document {
        Value::Array(pages) => pages.iter().collect(),
        page => vec![page],
    };
    let mut credits = Vec::new();
    for page in pages {
        // A page is an answer with `credits`, or a credit itself where pages were merged.
        let listed = page.get("credits").or_else(|| page.get("Credits"));
        match listed {
            Some(Value::Array(listed)) => {
                for (at, credit) in listed.iter().enumerate() {
                    credits.push(read_credit(credit, at + 1, payer_of)?);
                }
            }
            Some(_) => return Err("the field credits is not a list".into()),
            None if page.get("creditId").is_some() => credits.push(read_credit(page, credits.len() + 1, payer_of)?),
            None => return Err("this is not the JSON of aws billing get-credits: it has no field credits".into()),
        }
    }
    Ok(credits)
}

fn read_credit(
    credit: &Value,
    at: usize,
    payer_of: &dyn Fn(&MemberAccountId) -> Option<PayerAccountId>,
) -> Result<UpstreamCreditTerms, String> {
    let fault = |field: &str, what: &dyn std::fmt::Display| format!("credit {at}, field {field}: {what}");
    let text = |field: &str| text_of(credit.get(field));
    let id: UpstreamCreditId = text("creditId").parse().map_err(|cause| fault("creditId", &cause))?;
    let owner: MemberAccountId = text("accountId").parse().map_err(|cause| fault("accountId", &cause))?;
    let payer = payer_of(&owner).ok_or_else(|| {
        fault("accountId", &format!("the payer of {owner} is not known: say --payer, or import the account first"))
    })?;
    let (initial_amount, _) = amount_of(credit, "initialAmount").map_err(|cause| fault("initialAmount", &cause))?;
    let (remaining_amount, currency) =
        amount_of(credit, "remainingAmount").map_err(|cause| fault("remainingAmount", &cause))?;
    let face_amount = remaining_amount.or(initial_amount).ok_or_else(|| fault("remainingAmount", &"it is missing"))?;
    let currency = currency.or(amount_of(credit, "initialAmount").ok().and_then(|(_, currency)| currency));
    let start_date = date_of(credit.get("startDate")).map_err(|cause| fault("startDate", &cause))?;
    let end_date = match credit.get("endDate") {
        None | Some(Value::Null) => None,
        Some(value) => Some(date_of(Some(value)).map_err(|cause| fault("endDate", &cause))?),
    };
    let services = match credit.get("applicableProductNames") {
        Some(Value::Array(names)) => {
            names.iter().map(|name| text_of(Some(name))).filter(|name| !name.is_empty()).collect()
        }
        _ => Vec::new(),
    };
    Ok(UpstreamCreditTerms {
        credit: id,
        payer,
        owner,
        description: text("description"),
        program: String::new(),
        credit_type: text("creditType"),
        currency: currency.ok_or_else(|| fault("remainingAmount", &"it names no currency"))?,
        face_amount,
        initial_amount,
        remaining_amount,
        start_date,
        end_date,
        services,
        excluded_services: Vec::new(),
        regions: Vec::new(),
        covers_tax: false,
        stated: stated_by_aws(credit).map_err(|(field, cause)| fault(field, &cause))?,
    })
}

/// What AWS says beside amounts and dates, each field as it comes.
fn stated_by_aws(credit: &Value) -> Result<StatedByAws, (&'static str, String)> {
    let text = |field: &str| text_of(credit.get(field));
    let list = |field: &str| -> Vec<String> {
        let listed = credit.get(field).and_then(Value::as_array).into_iter().flatten();
        listed.map(|one| text_of(Some(one))).filter(|one| !one.is_empty()).collect()
    };
    let accounts = list("shareableAccounts").iter().map(|id| MemberAccountId::parse(id)).collect::<Result<_, _>>();
    let (estimated_amount, _) = amount_of(credit, "estimatedAmount").map_err(|cause| ("estimatedAmount", cause))?;
    Ok(StatedByAws {
        credit_status: text("creditStatus"),
        credit_sharing_type: text("creditSharingType"),
        account_has_credit_sharing_enabled: match credit.get("accountHasCreditSharingEnabled") {
            Some(Value::Bool(is_enabled)) => Some(*is_enabled),
            Some(Value::String(word)) => word.to_ascii_lowercase().parse().ok(),
            _ => None,
        },
        shareable_accounts: accounts.map_err(|cause: IdFault| ("shareableAccounts", cause.to_string()))?,
        cost_category_arn: text("costCategoryArn"),
        rule_name: text("ruleName"),
        purchase_type_applications: list("purchaseTypeApplications"),
        application_type: text("applicationType"),
        estimated_amount,
        exhaust_date: match credit.get("exhaustDate") {
            None | Some(Value::Null) => None,
            stated => Some(date_of(stated).map_err(|cause| ("exhaustDate", cause))?),
        },
    })
}

/// Ids come as strings, and in one call of the API as numbers.
pub(crate) fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

pub(crate) fn amount_of(credit: &Value, field: &str) -> Result<(Option<Exact>, Option<Currency>), String> {
    let Some(amount) = credit.get(field).filter(|amount| !amount.is_null()) else { return Ok((None, None)) };
    let value = Exact::parse(&text_of(amount.get("currencyAmount"))).map_err(|cause| cause.to_string())?;
    let currency = Currency::parse(&text_of(amount.get("currencyCode"))).map_err(|cause| cause.to_string())?;
    Ok((Some(value), Some(currency)))
}

/// The day of a time: seconds since 1970, or ISO 8601. Milliseconds name a year beyond 9999 and are refused.
fn date_of(value: Option<&Value>) -> Result<NaiveDate, String> {
    let written = value.map_or_else(String::new, |value| value.to_string().trim_matches('"').to_owned());
    let day = value.and_then(day_of).ok_or_else(|| format!("'{written}' is not a time"))?;
    if has_year_of_four_digits(day) {
        return Ok(day);
    }
    Err(format!("'{written}' is a time of the year {}: write seconds since 1970, or an ISO 8601 time", day.year()))
}

fn day_of(value: &Value) -> Option<NaiveDate> {
    let of_seconds = |seconds: i64| DateTime::from_timestamp(seconds, 0).map(|time| time.date_naive());
    match value {
        // Whole seconds are all that a date needs; a fraction is written after a point.
        Value::Number(seconds) => of_seconds(seconds.to_string().split('.').next()?.parse().ok()?),
        Value::String(text) => {
            let time = DateTime::parse_from_rfc3339(text).map(|time| time.naive_utc().date()).ok();
            let day = || text.get(..10).and_then(|day| parse_day(day).ok());
            time.or_else(day).or_else(|| text.parse::<i64>().ok().and_then(of_seconds))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_comes() {
        let answer: Value = serde_json::from_str(
            r#"{"credits":[{"creditId":"123","accountId":"111122223333","creditType":"Promotion","description":"AWS Activate",
                "initialAmount":{"currencyCode":"USD","currencyAmount":"1000.00"},
                "remainingAmount":{"currencyCode":"USD","currencyAmount":"700.5"},
                "startDate":1546300800,"endDate":"2019-12-31T23:59:59Z","applicableProductNames":["Amazon Simple Storage Service"],
                "creditSharingType":"CUSTOM","accountHasCreditSharingEnabled":true,"shareableAccounts":["222233334444"],
                "creditStatus":"DISABLED","purchaseTypeApplications":["OnDemand"],"applicationType":"AFTER_DISCOUNTS",
                "estimatedAmount":{"currencyCode":"USD","currencyAmount":"650"},"exhaustDate":null}],"nextToken":null}"#,
        )
        .unwrap();
        let payer = PayerAccountId::parse("999900001111").unwrap();
        let credits = read_get_credits(&answer, &|_| Some(payer.clone())).unwrap();
        assert_eq!(credits[0].face_amount, Exact::parse("700.5").unwrap());
        assert_eq!(credits[0].initial_amount, Some(Exact::parse("1000").unwrap()));
        assert_eq!(credits[0].start_date.to_string(), "2019-01-01");
        assert_eq!(credits[0].end_date.unwrap().to_string(), "2019-12-31");
        assert_eq!(credits[0].services, ["Amazon Simple Storage Service"]);
        let stated = &credits[0].stated;
        assert_eq!(stated.is_paused(), Some(true));
        assert_eq!(stated.shareable_accounts[0].as_str(), "222233334444");
        assert_eq!(stated.not_applied(), ["purchaseTypeApplications: OnDemand"]);
        assert_eq!(stated.estimated_amount, Some(Exact::parse("650").unwrap()));
        assert_eq!((stated.application_type.as_str(), stated.exhaust_date), ("AFTER_DISCOUNTS", None));
        let fault = read_get_credits(&answer, &|_| None).unwrap_err();
        assert!(fault.contains("--payer"), "{fault}");
    }

    #[test]
    fn a_time_is_in_seconds_and_of_a_year_of_four_digits() {
        for (value, day) in [
            (serde_json::json!(1_546_300_800), Some("2019-01-01")),
            (serde_json::json!("1546300800"), Some("2019-01-01")),
            (serde_json::json!("2019-12-31T23:59:59Z"), Some("2019-12-31")),
            (serde_json::json!("2019-12-31"), Some("2019-12-31")),
            (serde_json::json!(1_546_300_800_000_i64), None),
            (serde_json::json!("1546300800000"), None),
            (serde_json::json!("+12025-01-01"), None),
            (serde_json::json!(null), None),
        ] {
            let read = date_of(Some(&value)).map(|day| day.to_string());
            assert_eq!(read.as_deref().ok(), day, "{value}: {read:?}");
        }
    }
}
