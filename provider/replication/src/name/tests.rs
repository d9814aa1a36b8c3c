use super::*;

#[test]
fn bucket_names_that_s3_takes() {
    for name in [
        "abc",
        "orders-dr",
        "a.b.c",
        "0rders9",
        &"a".repeat(63),
        "acme-123456789012-us-east-1-an",
    ] {
        assert!(name.parse::<BucketName>().is_ok(), "{name}");
    }
}

#[test]
fn bucket_names_that_s3_refuses_and_why() {
    let refused = |name: &str| name.parse::<BucketName>().unwrap_err().to_string();
    assert!(refused("ab").contains("3 to 63"));
    assert!(refused(&"a".repeat(64)).contains("3 to 63"));
    assert!(refused("Orders").contains("lower-case"));
    assert!(refused("or_ders").contains("lower-case"));
    assert!(refused("-orders").contains("begin and end"));
    assert!(refused("orders.").contains("begin and end"));
    assert!(refused("or..ders").contains("two dots"));
    assert!(refused("192.168.5.4").contains("IPv4"));
    assert!(refused("xn--orders").contains("reserved"));
    assert!(refused("orders-s3alias").contains("reserved"));
    assert!(refused("orders--x-s3").contains("reserved"));
}

#[test]
fn pair_ids_print_as_they_parse() {
    let text = "east:orders->west:orders-dr";
    let id: PairId = text.parse().unwrap();
    assert_eq!(id.to_string(), text);
    assert_eq!(id.reversed().to_string(), "west:orders-dr->east:orders");
}

#[test]
fn pair_ids_of_another_form_say_what_to_write() {
    for text in [
        "",
        "orders",
        "east:orders",
        "east:orders->orders-dr",
        "->",
        "east:o->west:b",
    ] {
        assert!(text.parse::<PairId>().is_err(), "{text}");
    }
    let error = "orders".parse::<PairId>().unwrap_err().to_string();
    assert!(error.contains("SITE:BUCKET->SITE:BUCKET"), "{error}");
}
