//! The buckets of a site.

use std::sync::Arc;
use std::time::SystemTime;

use futures::{StreamExt, TryStreamExt};
use replication::SiteName;

use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::operation::{GET_BUCKET_LOCATION, LIST_BUCKETS};
use crate::site::Site;

/// How many buckets one call answers: the most that S3 gives.
const PAGE: i32 = 10_000;

/// How many locations are asked for at once.
const AT_ONCE: usize = 32;

/// A bucket of a listing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedBucket {
    /// Its name.
    pub name: String,
    /// When it was made, where the service says so.
    pub created: Option<SystemTime>,
}

impl Cloud {
    /// The names of the account's buckets in the site's region, in their order.
    ///
    /// # Errors
    ///
    /// As [`Self::listed_buckets`].
    pub async fn list_buckets(&self, site: &SiteName) -> Result<Vec<String>, CloudError> {
        let listed = self.listed_buckets(site).await?;
        Ok(listed.into_iter().map(|bucket| bucket.name).collect())
    }

    /// The account's buckets in the site's region, in the order of their names.
    ///
    /// The service is asked for those of the region only. One that does not know that filter lists all, some of them without
    /// saying where they are: those are asked for one by one.
    ///
    /// # Errors
    ///
    /// Where the service does not list them.
    pub async fn listed_buckets(&self, site: &SiteName) -> Result<Vec<ListedBucket>, CloudError> {
        let site = self.inner.site(site).await?;
        let fail = |failure: Failure| {
            failure.at(
                &site,
                format!("list the buckets of site \"{}\"", site.name),
                None,
            )
        };
        let mut here = Vec::new();
        let mut unsure = Vec::new();
        let mut token = None;
        loop {
            let request = site
                .s3
                .list_buckets()
                .max_buckets(PAGE)
                .bucket_region(site.region.as_str())
                .set_continuation_token(token.take());
            let page = self
                .inner
                .call(LIST_BUCKETS, request.send())
                .await
                .map_err(fail)?;
            for bucket in page.buckets.unwrap_or_default() {
                let Some(name) = bucket.name else { continue };
                let created = bucket.creation_date.and_then(|at| at.try_into().ok());
                let listed = ListedBucket { name, created };
                match bucket.bucket_region {
                    Some(region) if region == site.region.as_str() => here.push(listed),
                    Some(_) => {}
                    None => unsure.push(listed),
                }
            }
            token = page.continuation_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        let asked: Vec<Option<ListedBucket>> = futures::stream::iter(unsure)
            .map(|bucket| self.if_here(&site, bucket))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
            .map_err(fail)?;
        here.extend(asked.into_iter().flatten());
        here.sort();
        here.dedup_by(|a, b| a.name == b.name);
        Ok(here)
    }

    async fn if_here(
        &self,
        site: &Arc<Site>,
        bucket: ListedBucket,
    ) -> Result<Option<ListedBucket>, Failure> {
        let request = site.s3.get_bucket_location().bucket(&bucket.name).send();
        match self.inner.call(GET_BUCKET_LOCATION, request).await {
            Ok(answer) => {
                let region = match answer
                    .location_constraint()
                    .map(aws_sdk_s3::types::BucketLocationConstraint::as_str)
                {
                    // As S3 said it before there were regions.
                    None | Some("") => "us-east-1",
                    Some("EU") => "eu-west-1",
                    Some(region) => region,
                };
                Ok((region == site.region.as_str()).then_some(bucket))
            }
            Err(failure) if failure.is_no_bucket() || failure.is_elsewhere() => Ok(None),
            // Whether it is here is not known: the look at it says so, with its name.
            Err(failure) if failure.is_denied() || failure.is_not_implemented() => Ok(Some(bucket)),
            Err(failure) => Err(failure),
        }
    }
}
