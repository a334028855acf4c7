//! Our own description of the API, held against the contract: whatever is legal there is legal here, and whatever is answered here is what
//! is promised there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{BILLING, CHECKOUT, REDEEM, ada, bought, gift, with, without};
use crate::api::describe;
use crate::tests::specs::{Document, Reading};
use crate::tests::world::{PARTNER, Reply, SHOP, Says, World, journey};

/// What we take beside the contract's members; none of them is required.
const OWN_MEMBERS: [&str; 1] = ["occasion"];

fn contract() -> Value {
    serde_json::from_str(include_str!("contract.json")).unwrap()
}

fn ours() -> Value {
    describe("Ribbon", SHOP)
}

/// A schema with its references followed.
fn followed<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => followed(document, document.pointer(place.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

fn strings(list: &Value) -> BTreeSet<String> {
    let one = std::slice::from_ref(list);
    let all = list.as_array().map_or(one, Vec::as_slice);
    all.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Every value that `theirs` allows, `ours` allows.
fn assert_takes(place: &str, theirs: (&Value, &Value), ours: (&Value, &Value)) {
    let (their_schema, our_schema) = (followed(theirs.0, theirs.1), followed(ours.0, ours.1));
    let (their_types, our_types) = (strings(&their_schema["type"]), strings(&our_schema["type"]));
    assert!(our_types.is_empty() || (!their_types.is_empty() && their_types.is_subset(&our_types)), "{place}: {our_types:?}");
    assert!(strings(&our_schema["required"]).is_subset(&strings(&their_schema["required"])), "{place} needs more");
    let numbers = |list: &Value| {
        list.as_array().map(|list| {
            list.iter().map(|item| item.as_f64().map_or_else(|| item.to_string(), |n| n.to_string())).collect::<BTreeSet<_>>()
        })
    };
    if let Some(our_words) = numbers(&our_schema["enum"]) {
        assert!(numbers(&their_schema["enum"]).is_some_and(|words| words.is_subset(&our_words)), "{place} has fewer words");
    }
    assert!(our_schema["minLength"].as_u64().unwrap_or(0) <= their_schema["minLength"].as_u64().unwrap_or(0), "{place} is longer");
    for narrower in ["maxLength", "pattern", "additionalProperties", "minimum", "maximum", "multipleOf"] {
        assert!(our_schema.get(narrower).is_none(), "{place} is narrowed by {narrower}");
    }
    assert!(our_schema.get("format").is_none() || our_schema["format"] == their_schema["format"], "{place} has another format");
    for (name, our_property) in our_schema["properties"].as_object().into_iter().flatten() {
        let their_property = their_schema["properties"].get(name);
        if their_property.is_none() && OWN_MEMBERS.contains(&name.as_str()) {
            continue;
        }
        let their_property = their_property.unwrap_or_else(|| panic!("{place}: {name} would be ignored there"));
        assert_takes(&format!("{place}.{name}"), (theirs.0, their_property), (ours.0, our_property));
    }
    for name in their_schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name) {
        assert!(our_schema["properties"].get(name).is_some(), "{place}: {name} is forgotten");
    }
}

/// Every value that `ours` allows, `theirs` allows.
fn assert_keeps(place: &str, theirs: (&Value, &Value), ours: (&Value, &Value)) {
    let (their_schema, our_schema) = (followed(theirs.0, theirs.1), followed(ours.0, ours.1));
    let parts = our_schema["allOf"].as_array().cloned().unwrap_or_default();
    if let Some(part) = parts.first() {
        return assert_keeps(place, theirs, (ours.0, part));
    }
    let (their_types, mut our_types) = (strings(&their_schema["type"]), strings(&our_schema["type"]));
    for one in our_schema["oneOf"].as_array().into_iter().flatten() {
        our_types.extend(strings(&one["type"]));
    }
    let is_whole = their_types.contains("number") && our_types.remove("integer");
    assert!(
        their_types.is_empty() || (our_types.is_subset(&their_types) && (is_whole || !our_types.is_empty())),
        "{place}: {our_types:?}"
    );
    assert!(strings(&their_schema["required"]).is_subset(&strings(&our_schema["required"])), "{place} promises less");
    if let Some(format) = their_schema.get("format") {
        assert_eq!(our_schema.get("format"), Some(format), "{place}");
    }
    for (name, their_property) in their_schema["properties"].as_object().into_iter().flatten() {
        let our_property = our_schema["properties"].get(name).unwrap_or_else(|| panic!("{place}: {name} is missing"));
        assert_keeps(&format!("{place}.{name}"), (theirs.0, their_property), (ours.0, our_property));
    }
    if let Some(items) = their_schema.get("items") {
        assert_keeps(&format!("{place}[]"), (theirs.0, items), (ours.0, &our_schema["items"]));
    }
}

#[test]
fn our_description_is_at_least_the_contract() {
    let (theirs, ours) = (contract(), ours());
    for (path, methods) in theirs["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let our_operation = &ours["paths"][path][method];
            assert_eq!(operation["operationId"], our_operation["operationId"], "{method} {path}");
            let body = |operation: &Value| operation["requestBody"]["content"]["application/json"]["schema"].clone();
            assert_takes(path, (&theirs, &body(operation)), (&ours, &body(our_operation)));
            for (status, response) in operation["responses"].as_object().unwrap() {
                let schema = |response: &Value| response["content"]["application/json"]["schema"].clone();
                let our_schema = schema(&our_operation["responses"][status]);
                assert_keeps(&format!("{path} {status}"), (&theirs, &schema(response)), (&ours, &our_schema));
            }
        }
    }
}

#[test]
fn every_example_fits_its_own_schema() {
    let ours = ours();
    let document = Document::new(ours.clone());
    let mut count = 0;
    for (path, methods) in ours["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let of_body =
                (operation.get("requestBody").cloned(), format!("/paths/{}/{method}/requestBody", path.replace('/', "~1")));
            let answers = operation["responses"].as_object().unwrap().iter();
            let of_answers = answers.map(|(status, response)| {
                (Some(response.clone()), format!("/paths/{}/{method}/responses/{status}", path.replace('/', "~1")))
            });
            for (holder, place) in [of_body].into_iter().chain(of_answers) {
                let Some(holder) = holder else { continue };
                let content = &holder["content"]["application/json"];
                let named = content["examples"].as_object().into_iter().flatten().map(|(_, example)| example["value"].clone());
                for example in content.get("example").cloned().into_iter().chain(named) {
                    let errors = document.errors(&format!("{place}/content/application~1json/schema"), Reading::Open, &example);
                    assert_eq!(errors, [""; 0], "{place}: {example}");
                    count += 1;
                }
            }
        }
    }
    assert!(count > 60, "{count}");
}

/// Every endpoint of a description.
fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    document["paths"].as_object().unwrap().values().flat_map(|methods| methods.as_object().unwrap().values())
}

#[test]
fn what_leads_on_takes_what_the_answer_has_and_leads_somewhere() {
    let ours = ours();
    let mut count = 0;
    for operation in operations(&ours) {
        let of = |name: &str| match name.split_once('#') {
            Some(("$response.body", place)) => {
                operation["responses"]["200"]["content"]["application/json"]["example"].pointer(place).cloned()
            }
            Some(("$request.body", place)) => {
                operation["requestBody"]["content"]["application/json"]["example"].pointer(place).cloned()
            }
            other => panic!("{other:?}"),
        };
        for (name, link) in operation["responses"]["200"]["links"].as_object().into_iter().flatten() {
            let target = operations(&ours).find(|target| target["operationId"] == link["operationId"]).unwrap();
            let body = followed(&ours, &target["requestBody"]["content"]["application/json"]["schema"]);
            for (member, taken) in link["requestBody"].as_object().into_iter().flatten() {
                assert!(of(taken.as_str().unwrap()).is_some_and(|value| !value.is_null()), "{name}: {taken}");
                assert!(body["properties"].get(member).is_some(), "{name}: {member}");
            }
            for (parameter, taken) in link["parameters"].as_object().into_iter().flatten() {
                assert!(of(taken.as_str().unwrap()).is_some_and(|value| !value.is_null()), "{name}: {taken}");
                let mut parameters = target["parameters"].as_array().unwrap().iter();
                assert!(parameters.any(|known| known["name"] == parameter.as_str()), "{name}: {parameter}");
            }
            count += 1;
        }
    }
    assert_eq!(count, 7);
}

/// What was answered, held against both descriptions.
fn assert_described(path: &str, reply: &Reply) {
    for document in [contract(), ours()] {
        let is_theirs = document["info"]["title"].as_str().unwrap().contains("letter");
        let document = Document::new(document);
        match document.answer("post", path, reply.status) {
            Some(place) => assert_eq!(document.errors(&place, Reading::Open, &reply.json()), [""; 0], "{path} {}", reply.status),
            None => assert!(is_theirs, "{path} may answer {}, and we don't say so", reply.status),
        }
    }
}

journey!(every_legal_body_is_taken_and_every_answer_is_as_described, async |world: &World| {
    let ada = ada(world).await;
    let contract = Document::new(contract());
    let schema = contract.request("post", CHECKOUT).unwrap().schema;
    let legal = [
        gift(),
        without(gift(), "message"),
        with(gift(), "message", Value::Null),
        with(gift(), "duration_months", 12.0),
        with(with(gift(), "tier", "founder"), "unknown", json!({ "deep": [1, null] })),
        with(gift(), "price_id", "price_member_3"),
        with(gift(), "success_url", format!("{SHOP}/gift")),
        with(gift(), "cancel_url", format!("{PARTNER}/?a=b#c")),
    ];
    for body in legal {
        assert_eq!(contract.errors(&schema, Reading::Open, &body), [""; 0], "{body}");
        assert_described(CHECKOUT, &ada.posts(CHECKOUT, &body).await.is(200));
    }
    for refused in ["{", "[]", "{\"tier\":\"gold\"}"] {
        assert_described(CHECKOUT, &ada.sends(CHECKOUT, refused).await.is(400));
    }
    let (promise, answer) = bought(&ada).await;
    let bob = world.program("bob@example.com", "gifts:redeem billing:checkout").await;
    let wish = json!({ "code": answer["code"], "recipient_email": "bob@example.com" });
    assert_described(REDEEM, &bob.posts(REDEEM, &wish).await.is(412));
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    assert_described(REDEEM, &bob.posts(REDEEM, &with(wish.clone(), "recipient_email", "ada@example.com")).await.is(400));
    assert_described(REDEEM, &bob.posts(REDEEM, &with(wish.clone(), "code", "none")).await.is(404));
    assert_described(REDEEM, &bob.posts(REDEEM, &wish).await.is(200));
    assert_described(REDEEM, &bob.posts(REDEEM, &wish).await.is(409));
    world.send_outbox().await;
    for body in ["{}", "{\"price_id\":5}"] {
        assert_described(BILLING, &bob.sends(BILLING, body).await.is(200));
    }
    for body in ["", "[]", "{\"success_url\":5}", "{\"success_url\":\"x\"}"] {
        assert_described(BILLING, &bob.sends(BILLING, body).await.is(422));
    }
    assert_described(BILLING, &world.stranger().posts(BILLING, &json!({})).await.is(401));
});

journey!(the_description_is_served_and_names_every_path_that_answers, async |world: &World| {
    let served = world.stranger().gets("/openapi.json").await.is(200);
    assert_eq!(served.json(), ours());
    for (path, methods) in ours()["paths"].as_object().unwrap() {
        let path = path.replace("{reference}", "gift_0123456789abcdef");
        for method in methods.as_object().unwrap().keys() {
            let method = method.to_uppercase().parse().unwrap();
            let reply = world.stranger().asks(method, &path, None, Vec::new()).await;
            assert!(matches!(reply.status, 200 | 400 | 401), "{path}: {}", reply.status);
        }
    }
});
