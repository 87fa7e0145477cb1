//! The law of an explanation, checked on its JSON by means of the tests' own: the parts of every
//! node add up to it, a rounding is what it says, and what a memo paid is the smallest of its bounds.

use serde_json::Value;

use super::{Decimal, sum};

/// Every node below must keep the law; answers with how many there were.
#[track_caller]
pub(crate) fn assert_adds_up(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(assert_adds_up).sum(),
        Value::Object(fields) => {
            let is_node = fields.contains_key("what") && fields.contains_key("amount") && !fields.contains_key("holds");
            if is_node {
                assert_node(value);
            }
            usize::from(is_node) + fields.values().map(assert_adds_up).sum::<usize>()
        }
        _ => 0,
    }
}

#[track_caller]
fn assert_node(node: &Value) {
    let amount = Decimal::of(node["amount"].as_str().unwrap());
    if let Some(parts) = node["parts"].as_array() {
        let texts: Vec<&str> = parts.iter().map(|part| part["amount"].as_str().unwrap()).collect();
        assert_eq!(sum(texts.iter().copied()), amount, "its parts do not make it: {node:#}");
        for rounding in parts.iter().filter(|part| part.get("rounding").is_some()) {
            let step = &rounding["rounding"];
            let others: Vec<&str> = parts
                .iter()
                .filter(|part| part.get("rounding").is_none() && part["what"] != "not explained by what was recorded")
                .map(|part| part["amount"].as_str().unwrap())
                .collect();
            let exact = step["exact"].as_str().unwrap();
            assert_eq!(sum(others), Decimal::of(exact), "what is rounded is another sum: {node:#}");
            assert_eq!(Decimal::of(step["rounded"].as_str().unwrap()), amount, "another result: {node:#}");
            let mode = step["mode"].as_str().unwrap();
            if mode == "half-even" || mode == "half-up" {
                assert_eq!(Decimal::of(exact).to_cents(mode == "half-even"), amount, "not {mode}: {node:#}");
            }
        }
    } else {
        let stands_somewhere = ["event", "rounding", "bounds"].iter().any(|name| node.get(*name).is_some());
        let by_rule = node["rule"]["case"] == "customer_tax";
        let is_nothing = amount == Decimal::of("0");
        assert!(stands_somewhere || by_rule || is_nothing, "it rests on nothing: {node:#}");
    }
    if let Some(bounds) = node["bounds"].as_array().filter(|bounds| !bounds.is_empty()) {
        let least = bounds.iter().map(|bound| Decimal::of(bound["amount"].as_str().unwrap())).min().unwrap();
        assert_eq!(amount.size(), least.max(Decimal::of("0")), "it is not the smallest of its bounds: {node:#}");
    }
}
