//! Tags of buckets by S3 Control, as the console and CloudFormation write them.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Lab, Site};
use crate::{Because as _, LabError};

impl Lab {
    /// Sets one tag of a bucket as the root of the site's account, or takes it off.
    pub async fn tag_resource(
        &self,
        site: &Site,
        bucket: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<(), LabError> {
        let words = "the tag cannot be written by S3 Control";
        let body = value.map_or_else(String::new, |value| {
            format!("<TagResourceRequest><Tags><Tag><Key>{key}</Key><Value>{value}</Value></Tag></Tags></TagResourceRequest>")
        });
        let (method, query) = match value {
            Some(_) => ("POST", String::new()),
            None => ("DELETE", format!("?tagKeys={key}")),
        };
        let endpoint = self.endpoint();
        let address = endpoint.trim_start_matches("http://");
        let Site {
            account, region, ..
        } = site;
        let request = format!(
            "{method} /v20180820/tags/arn%3Aaws%3As3%3A%3A%3A{bucket}{query} HTTP/1.1\r\nHost: {address}\r\nx-amz-account-id: {account}\r\n\
             x-amz-date: 20260101T000000Z\r\nauthorization: AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/s3/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={zeros}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
            zeros = "0".repeat(64),
            length = body.len(),
        );
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .because(words)?;
        stream.write_all(request.as_bytes()).await.because(words)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.because(words)?;
        if answer.starts_with("HTTP/1.1 20") {
            return Ok(());
        }
        Err(LabError::new(format!("{words}: {answer}")))
    }
}
