//! Emptying a bucket that we made, since the user said so.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::future::{join, join_all};

use super::bucket::unusable;
use crate::error::ErrorKind;
use crate::failure::Failure;
use crate::observe::bucket::{BucketAccess, ask};
use crate::operation::{ABORT_UPLOAD, DELETE_OBJECTS, LIST_OBJECT_VERSIONS, LIST_UPLOADS};
use crate::wait::{Ended, Patience, persist};

/// How many pages of deletes are under way at once.
const PAGES_AT_ONCE: usize = 4;
/// How often the log says how far it is.
const PROGRESS: usize = 10_000;

/// Deletes every version and every delete marker, and ends every upload. It looks again until nothing is left: replicas
/// that were under way may still arrive.
pub(super) async fn empty(access: &BucketAccess, patience: &mut Patience<'_>) -> Result<(), Ended> {
    let mut deleted = 0;
    loop {
        let before = deleted;
        sweep(access, patience, &mut deleted).await?;
        if deleted == before {
            break;
        }
    }
    let uploads = abort_uploads(access, patience).await?;
    tracing::info!(bucket = %access.at, deleted, uploads, "the bucket is empty");
    Ok(())
}

/// One walk through all pages: some are deleted while the next are listed.
///
/// The two are polled together to the end of both. A delete that has one of the process's slots and is not polled
/// would keep the next page from ever being listed.
async fn sweep(
    access: &BucketAccess,
    patience: &mut Patience<'_>,
    deleted: &mut usize,
) -> Result<(), Ended> {
    let mut next = Some(Marker::default());
    let mut pages: Vec<Vec<ObjectIdentifier>> = Vec::new();
    while next.is_some() || !pages.is_empty() {
        patience.check()?;
        let under_way = join_all(pages.into_iter().map(|objects| delete(access, objects)));
        let (listed, counts) = join(list_some(access, patience, &mut next), under_way).await;
        let before = *deleted / PROGRESS;
        for count in counts {
            *deleted += count?;
        }
        if *deleted / PROGRESS > before {
            tracing::info!(bucket = %access.at, deleted = *deleted, "emptying the bucket");
        }
        pages = listed?;
    }
    Ok(())
}

/// The next pages that have something on them.
async fn list_some(
    access: &BucketAccess,
    patience: &mut Patience<'_>,
    next: &mut Option<Marker>,
) -> Result<Vec<Vec<ObjectIdentifier>>, Ended> {
    let mut pages = Vec::new();
    while pages.len() < PAGES_AT_ONCE
        && let Some(marker) = next.take()
    {
        patience.check()?;
        let page = persist!(patience, list(access, &marker))?;
        *next = page.next;
        if !page.objects.is_empty() {
            pages.push(page.objects);
        }
    }
    Ok(pages)
}

/// Where a page begins.
#[derive(Debug, Default)]
struct Marker {
    key: Option<String>,
    version: Option<String>,
}

struct Page {
    objects: Vec<ObjectIdentifier>,
    next: Option<Marker>,
}

async fn list(access: &BucketAccess, marker: &Marker) -> Result<Page, Failure> {
    let answer = ask!(
        access,
        LIST_OBJECT_VERSIONS,
        list_object_versions,
        set_key_marker(marker.key.clone()),
        set_version_id_marker(marker.version.clone())
    )
    .await;
    let page = match answer {
        Ok(page) => page,
        Err(failure) if failure.is_no_bucket() => {
            return Ok(Page {
                objects: Vec::new(),
                next: None,
            });
        }
        Err(failure) => return Err(failure),
    };
    let versions = page
        .versions()
        .iter()
        .map(|version| (version.key(), version.version_id()));
    let markers = page
        .delete_markers()
        .iter()
        .map(|marker| (marker.key(), marker.version_id()));
    let objects = versions
        .chain(markers)
        .filter_map(|(key, version)| {
            ObjectIdentifier::builder()
                .key(key?)
                .set_version_id(version.map(str::to_owned))
                .build()
                .ok()
        })
        .collect();
    let next = page.is_truncated().unwrap_or_default().then(|| Marker {
        key: page.next_key_marker().map(str::to_owned),
        version: page.next_version_id_marker().map(str::to_owned),
    });
    Ok(Page { objects, next })
}

async fn delete(access: &BucketAccess, objects: Vec<ObjectIdentifier>) -> Result<usize, Failure> {
    let count = objects.len();
    let batch = Delete::builder()
        .set_objects(Some(objects))
        .quiet(true)
        .build()
        .map_err(unusable(DELETE_OBJECTS))?;
    let answer = ask!(access, DELETE_OBJECTS, delete_objects, delete(batch)).await?;
    let Some(first) = answer.errors().first() else {
        return Ok(count);
    };
    let mut failure = Failure::unusable(
        DELETE_OBJECTS,
        format!(
            "{} of {count} versions stay, the first is {} (version {}): {}",
            answer.errors().len(),
            first.key().unwrap_or("without a key"),
            first.version_id().unwrap_or("none"),
            first.message().unwrap_or("the service did not say why"),
        ),
    );
    failure.kind = ErrorKind::Service;
    failure.code = first.code().map(str::to_owned);
    Err(failure)
}

async fn abort_uploads(access: &BucketAccess, patience: &mut Patience<'_>) -> Result<usize, Ended> {
    let mut aborted = 0;
    let (mut key, mut upload): (Option<String>, Option<String>) = (None, None);
    loop {
        patience.check()?;
        let answer = ask!(
            access,
            LIST_UPLOADS,
            list_multipart_uploads,
            set_key_marker(key.clone()),
            set_upload_id_marker(upload.clone())
        )
        .await;
        let page = match answer {
            Ok(page) => page,
            Err(failure) if failure.is_no_bucket() || failure.is_not_implemented() => {
                return Ok(aborted);
            }
            Err(failure) => return Err(failure.into()),
        };
        for found in page.uploads() {
            let (Some(key), Some(id)) = (found.key(), found.upload_id()) else {
                continue;
            };
            let answer = ask!(
                access,
                ABORT_UPLOAD,
                abort_multipart_upload,
                key(key),
                upload_id(id)
            )
            .await;
            match answer {
                Err(failure) if !failure.is(&["NoSuchUpload"]) => return Err(failure.into()),
                _ => aborted += 1,
            }
        }
        if !page.is_truncated().unwrap_or_default() {
            return Ok(aborted);
        }
        key = page.next_key_marker().map(str::to_owned);
        upload = page.next_upload_id_marker().map(str::to_owned);
    }
}
