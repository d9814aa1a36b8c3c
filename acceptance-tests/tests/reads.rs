//! The data source `crr_pair` and the functions under real Terraform.

use acceptance_tests::permissions::{Options, Simulation};
use acceptance_tests::{Lab, LabError, Workdir};
use aws_sdk_s3::types as t;

use crate::ground::{configuration, make_role, rule, set_replication, versioned_bucket};

#[tokio::test]
async fn the_data_source_shows_what_stands_whoever_made_it() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let newer = versioned_bucket(&lab, east, "newer").await;
    let older = versioned_bucket(&lab, east, "older").await;
    let nothing = versioned_bucket(&lab, east, "nothing").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let role = make_role(&lab, east, "crr-theirs").await;
    set_replication(
        &lab,
        east,
        &newer,
        configuration(&role, vec![rule("theirs", 7, &destination)]),
    )
    .await;
    set_replication(
        &lab,
        east,
        &older,
        configuration(&role, vec![v1("old", "logs/", &destination)]),
    )
    .await;
    let text: Vec<String> = [("newer", &newer), ("older", &older), ("nothing", &nothing)]
        .iter()
        .map(|(name, bucket)| {
            format!("data \"crr_pair\" \"{name}\" {{\n  site   = \"east\"\n  bucket = \"{bucket}\"\n}}\n\noutput \"{name}\" {{\n  value = data.crr_pair.{name}\n}}\n")
        })
        .collect();
    let workdir = Workdir::in_lab(&lab, &text.concat()).await?;
    lab.reset_calls();
    workdir.apply().await?;
    assert!(lab.calls().writes().is_empty(), "it only reads");
    let output = workdir.output().await?;
    let found = |name: &str| output[name]["value"].clone();
    assert_eq!(
        (
            found("newer")["version"].as_str(),
            found("newer")["role"].as_str()
        ),
        (Some("V2"), Some(role.as_str()))
    );
    let theirs = found("newer")["rules"]["theirs"].clone();
    assert_eq!(
        (theirs["destination"].as_str(), theirs["priority"].as_i64()),
        (Some(destination.as_str()), Some(7))
    );
    assert_eq!(
        (theirs["ours"].as_bool(), theirs["delete_markers"].as_bool()),
        (Some(false), Some(true))
    );
    assert_eq!(found("older")["version"], "V1");
    assert_eq!(found("older")["rules"]["old"]["prefix"], "logs/");
    assert_eq!(found("nothing")["versioning"], "Enabled");
    assert_eq!(found("nothing")["rules"], serde_json::json!({}));
    Ok(())
}

/// A rule of the older schema.
pub fn v1(id: &str, prefix: &str, destination: &str) -> t::ReplicationRule {
    #[allow(deprecated, reason = "the older schema is what is tested")]
    t::ReplicationRule::builder()
        .id(id)
        .prefix(prefix)
        .status(t::ReplicationRuleStatus::Enabled)
        .destination(
            t::Destination::builder()
                .bucket(format!("arn:aws:s3:::{destination}"))
                .build()
                .expect("a destination"),
        )
        .build()
        .expect("a rule")
}

/// What the functions give, put in place by another team's hands, is all that S3 needs and no more.
#[tokio::test]
async fn the_functions_give_policies_that_suffice() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, vault) = (lab.site("east"), lab.site("vault"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, vault, "orders-dr").await;
    let role = format!("arn:aws:iam::{}:role/crr-by-hand", east.account);
    let text = format!(
        "output \"trust\" {{\n  value = provider::crr::replication_trust_policy(\"{}\", \"{source}\")\n}}\n\
         output \"role\" {{\n  value = provider::crr::replication_policy(\"{source}\", \"{destination}\")\n}}\n\
         output \"bucket\" {{\n  value = provider::crr::destination_bucket_policy(\"{role}\", \"{destination}\")\n}}\n\
         output \"id\" {{\n  value = provider::crr::parse_pair_id(\"east:orders->west:orders-dr\").destination_bucket\n}}\n",
        east.account,
    );
    let workdir = Workdir::in_lab(&lab, &text).await?;
    workdir.apply().await?;
    let output = workdir.output().await?;
    let given = |name: &str| {
        output[name]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(given("id"), "orders-dr");

    let iam = lab.admin_iam(east);
    iam.create_role()
        .role_name("crr-by-hand")
        .assume_role_policy_document(given("trust"))
        .send()
        .await
        .expect("the role");
    let put = iam
        .put_role_policy()
        .role_name("crr-by-hand")
        .policy_name("replication")
        .policy_document(given("role"));
    put.send().await.expect("its policy");
    lab.admin_s3(vault)
        .put_bucket_policy()
        .bucket(&destination)
        .policy(given("bucket"))
        .send()
        .await
        .expect("the bucket's policy");
    let simulation = Simulation {
        role,
        source: east,
        source_bucket: source,
        destination: vault,
        destination_bucket: destination,
        source_key: None,
        destination_key: None,
        options: Options {
            other_account: true,
            ..Options::default()
        },
    };
    let standing = simulation.standing(&lab).await?;
    assert_eq!(simulation.missing(&lab, &standing).await?, []);
    assert_eq!(
        simulation.needless_statements(&lab, &standing).await?,
        Vec::<String>::new()
    );
    Ok(())
}
