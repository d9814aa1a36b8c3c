//! The HTML page in a real browser: its script runs under its own policy, filters, and is deaf to what others wrote.
//!
//! Runs in the Chromium that `CRR_BROWSER` or the PATH names. `.ci/run` says so where there is none: the page's own crate then
//! still reads it as XML and checks all but the script.

use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance_tests::LabError;

use super::check_state;
use crate::pair::Scene;

fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CRR_BROWSER").filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| {
            ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
        })
        .find(|file| file.is_file())
}

/// What the page looks like once its scripts have run.
fn rendered(browser: &Path, page: &Path, home: &Path) -> String {
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--virtual-time-budget=3000",
            "--dump-dom",
        ])
        .arg(format!(
            "--user-data-dir={}",
            home.join("browser").display()
        ))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Does something to the page as a user would, and writes down what is shown then.
const DRIVER: &str = r#"
  var out = [];
  function shown() {
    return Array.prototype.filter.call(document.querySelectorAll("tbody tr"), function (row) { return !row.hidden; }).length;
  }
  function type(text) {
    var search = document.getElementById("search");
    search.value = text;
    search.dispatchEvent(new Event("input"));
  }
  out.push(shown());
  document.querySelector(".chips button[data-status=drifted]").click();
  out.push(shown());
  document.getElementById("clear").click();
  type("no such thing at all");
  out.push(shown());
  type("ORDERS versioning");
  out.push(shown());
  type("");
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "/" }));
  out.push(document.activeElement.id);
  document.querySelector(".map a[data-way='west']").dispatchEvent(new MouseEvent("click", { cancelable: true }));
  out.push(shown());
  document.documentElement.dataset.seen = out.join(" ");
"#;

#[tokio::test]
async fn the_page_works_in_a_browser() -> Result<(), LabError> {
    let Some(browser) = browser() else {
        eprintln!(
            "NOT CHECKED: the page in a browser. Install chromium, or name one in CRR_BROWSER."
        );
        return Ok(());
    };
    let scene = Scene::existing("west", "").await?;
    let calm = "resource \"crr_site\" \"west\" {\n  name = \"west\"\n}\n";
    let arguments = "tags = { note = \"team orders\" }";
    scene.workdir.write(
        "main.tf",
        &format!("{calm}{}", scene.text("", "", arguments)),
    )?;
    scene.apply().await?;
    crate::ground::set_versioning(
        &scene.lab,
        scene.lab.site("west"),
        &scene.destination,
        aws_sdk_s3::types::BucketVersioningStatus::Suspended,
    )
    .await
    .expect("suspended");
    check_state(&scene.lab, &scene.workdir, &["--out", "html=page.html"]).await?;
    let page = scene.workdir.path().join("page.html");
    let seen = rendered(&browser, &page, scene.workdir.path());
    assert!(
        seen.contains("2 of 2 shown"),
        "the script runs under the page's policy: {seen}"
    );

    // A second script would be stopped by the policy, so the driver's page has none.
    let text = std::fs::read_to_string(&page).expect("a page");
    let begin = text.find("<meta http-equiv").expect("a policy");
    let end = begin + text[begin..].find("/>").expect("its end") + 2;
    let driven = format!("{}{}", &text[..begin], &text[end..])
        .replace("</body>", &format!("<script>{DRIVER}</script></body>"));
    scene.workdir.write("driven.html", &driven)?;
    let seen = rendered(
        &browser,
        &scene.workdir.path().join("driven.html"),
        scene.workdir.path(),
    );
    assert!(seen.contains("data-seen=\"2 1 0 1 search 1\""), "{seen}");

    // The same, with the policy: a script that is not the page's own does not run.
    let intruded = text.replace("</body>", "<script>document.title='taken'</script></body>");
    scene.workdir.write("intruded.html", &intruded)?;
    let seen = rendered(
        &browser,
        &scene.workdir.path().join("intruded.html"),
        scene.workdir.path(),
    );
    assert!(!seen.contains("<title>taken"), "{seen}");
    assert!(seen.contains("2 of 2 shown"), "{seen}");
    Ok(())
}
