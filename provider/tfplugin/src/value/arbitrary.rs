//! Random types, and values of them, for the property tests.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::{Bound, Refinement, Value};
use crate::number::Number;
use crate::ty::Type;

/// Any type, a few levels deep.
pub(crate) fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::Bool),
        Just(Type::Number),
        Just(Type::String),
        Just(Type::Dynamic)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            btree_map("[a-z_]{1,6}", inner, 0..4).prop_map(Type::Object),
        ]
    })
}

/// Any number that has a form: integers of every size, floats, long decimals.
pub(crate) fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<i8>().prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", Number::from_f64),
        "-?[0-9]{1,60}(\\.[0-9]{1,60})?".prop_map(|text| text.parse().unwrap()),
        "[1-9]e-?[1-9][0-9]{0,4}".prop_map(|text| text.parse().unwrap()),
    ]
}

/// What may be known of an unknown of that type, as far as it can be written.
fn refinements(ty: &Type) -> BoxedStrategy<Refinement> {
    // Long bounds would not fit into the extension.
    let number = || {
        prop_oneof![
            any::<i64>().prop_map(Number::from),
            any::<f32>().prop_filter_map("finite", |float| Number::from_f64(float.into()))
        ]
    };
    let bound = || {
        (number(), any::<bool>())
            .prop_map(|(number, inclusive)| Box::new(Bound { number, inclusive }))
    };
    let bounds = || option::of(bound());
    let lengths = || option::of(0..=1_u64 << 40);
    let not_null = any::<bool>().prop_map(|not_null| Refinement {
        not_null,
        ..Refinement::default()
    });
    match ty {
        Type::Dynamic => Just(Refinement::default()).boxed(),
        Type::String => (not_null, option::of("\\PC{1,20}"))
            .prop_map(|(refinement, prefix)| Refinement {
                prefix,
                ..refinement
            })
            .boxed(),
        Type::Number => (not_null, bounds(), bounds())
            .prop_map(|(refinement, lower, upper)| Refinement {
                lower,
                upper,
                ..refinement
            })
            .boxed(),
        Type::List(_) | Type::Set(_) | Type::Map(_) => (not_null, lengths(), lengths())
            .prop_map(|(refinement, min_length, max_length)| Refinement {
                min_length,
                max_length,
                ..refinement
            })
            .boxed(),
        Type::Bool | Type::Tuple(_) | Type::Object(_) => not_null.boxed(),
    }
}

/// Values of that type; `unknowns` says whether unknowns are among them.
pub(crate) fn values(ty: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    let known = match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::Dynamic => types()
            .prop_filter(
                "an open type inside an open type is that type itself",
                |ty| *ty != Type::Dynamic,
            )
            .prop_flat_map(move |ty| {
                values(&ty, unknowns)
                    .prop_map(move |inner| Value::Dynamic(Box::new(ty.clone()), Box::new(inner)))
            })
            .boxed(),
        Type::List(element) => vec(values(element, unknowns), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(element) => vec(values(element, unknowns), 0..4)
            .prop_map(Value::set_of)
            .boxed(),
        Type::Map(element) => btree_map(any::<String>(), values(element, unknowns), 0..4)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(|ty| values(ty, unknowns))
            .collect::<Vec<_>>()
            .prop_map(Value::Tuple)
            .boxed(),
        Type::Object(attributes) => {
            let names: Vec<String> = attributes.keys().cloned().collect();
            attributes
                .values()
                .map(|ty| values(ty, unknowns))
                .collect::<Vec<_>>()
                .prop_map(move |values| Value::object(names.clone().into_iter().zip(values)))
                .boxed()
        }
    };
    let unknown = refinements(ty).prop_map(Value::Unknown);
    prop_oneof![
        8 => known,
        1 => Just(Value::Null),
        u32::from(unknowns) => unknown,
    ]
    .boxed()
}

/// A type with a value of it.
pub(crate) fn typed_values(unknowns: bool) -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(move |ty| {
        let of = values(&ty, unknowns);
        (Just(ty), of)
    })
}
