//! A Chromium that opens pages of a mock.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use assert_cmd::cargo::cargo_bin;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::{
    ChromeCapabilities, ChromiumLikeCapabilities as _, LoggingPrefsLogLevel, TypingData, WebDriver,
    WebElement,
};

use crate::mock::{ADDRESS, Mock};
use crate::sandbox;

/// A browser with one tab and a profile of its own.
pub(crate) struct Browser {
    driver: WebDriver,
    origin: String,
}

/// The size of the browser's window, in CSS pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Window {
    /// 1600 by 1000.
    Wide,
    /// 1366 by 650, as of a browser on a small laptop.
    Low,
    /// 360 by 740, as of a telephone.
    Narrow,
}

/// Where a browser runs and what it opens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'a> {
    /// A process in the sandbox.
    pub(crate) process: u32,
    /// The address of the mock, with its port.
    pub(crate) address: &'a str,
}

impl Site<'_> {
    pub(crate) fn of(mock: &Mock) -> Site<'static> {
        Site {
            process: mock.process(),
            address: ADDRESS,
        }
    }
}

impl Browser {
    /// Starts a browser in the sandbox of a mock, and runs a test in it. Fails if the page violated its Content-Security-Policy, or if its
    /// console contains an error.
    #[track_caller]
    pub(crate) fn run(site: Site<'_>, window: Window, test: impl AsyncFnOnce(&Browser) + Send) {
        let profile = tempfile::tempdir().unwrap();
        let _process = DriverProcess::start(site.process);
        sandbox::run_in(site.process, || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().unwrap();
            runtime.block_on(async {
                let browser = Browser::connect(site, &profile, window).await;
                test(&browser).await;
                browser.check_log().await;
            });
        });
    }

    async fn connect(site: Site<'_>, profile: &TempDir, window: Window) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("http://{DRIVER_ADDRESS}");
        let driver = WebDriver::new(url, capabilities(profile)).await.unwrap();
        driver.set_script_timeout(SCRIPT_TIMEOUT).await.unwrap();
        // The process of the driver ends the session if a test fails. A session that ends in `drop` waits for a response that never comes.
        driver.clone().leak().unwrap();
        let origin = format!("http://{}", site.address);
        let browser = Browser { driver, origin };
        browser.resize(window).await;
        browser
    }

    /// Sets the size of the page. A window of Chromium has a minimum width, so the page is given another size than the window.
    pub(crate) async fn resize(&self, window: Window) {
        let (width, height) = match window {
            Window::Wide => (1600, 1000),
            Window::Low => (1366, 650),
            Window::Narrow => (360, 740),
        };
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.send("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Opens a path of the mock.
    pub(crate) async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        self.driver.goto(url).await.unwrap();
    }

    /// Opens a view of the console and waits until it is shown.
    pub(crate) async fn open_view(&self, view: &str) {
        self.open_view_at(view, view).await;
    }

    /// Opens a view of the console with the state in an address, and waits until it is shown.
    pub(crate) async fn open_view_at(&self, view: &str, address: &str) {
        self.open(&format!("/_mock/ui/#{address}")).await;
        self.wait_for_view(view).await;
    }

    /// Waits until a view of the console is shown.
    pub(crate) async fn wait_for_view(&self, view: &str) {
        let class = json!(format!("view-{view}"));
        self.wait(&format!(
            "document.querySelector('main')?.className === {class}"
        ))
        .await;
    }

    /// Opens a file of this machine.
    pub(crate) async fn open_file(&self, file: &Path) {
        let url = format!("file://{}", file.display());
        self.driver.goto(url).await.unwrap();
    }

    /// Returns the path, the query and the fragment of the address.
    pub(crate) async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.origin).unwrap().to_owned()
    }

    /// Waits until a JavaScript expression is true.
    pub(crate) async fn wait(&self, condition: &str) {
        let script = UNTIL.replace("CONDITION", condition);
        let result = self.driver.execute_async(script, Vec::new()).await;
        if let Err(error) = result {
            let page = self.text("body").await;
            panic!("{condition} did not become true: {error}; the page contains:\n{page}");
        }
    }

    /// Waits until the text of the first element that matches a selector contains a text.
    pub(crate) async fn wait_for_text(&self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        let condition = format!("document.querySelector({selector})?.textContent.includes({text})");
        self.wait(&condition).await;
    }

    /// Returns the value of a JavaScript expression.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        let value = self.driver.execute(script, Vec::new()).await.unwrap();
        value.json().clone()
    }

    /// Returns the visible text of the first element that matches a selector.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let value = self
            .value(&format!(
                "document.querySelector({})?.innerText",
                json!(selector)
            ))
            .await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Clicks the visible element of a tag with an accessible name, once it exists. An element that the page replaces meanwhile is looked up again.
    pub(crate) async fn click(&self, tag: &str, name: &str) {
        let element = format!("({BY_NAME})({}, {})", json!(tag), json!(name));
        loop {
            self.wait(&element).await;
            match self.element(&element).await.click().await {
                Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => {}
                clicked => return clicked.unwrap(),
            }
        }
    }

    /// Enters a text into the visible field whose label starts with a text, instead of its content.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let element = format!("({BY_LABEL})({})", json!(label));
        self.wait(&element).await;
        let element = self.element(&element).await;
        element.click().await.unwrap();
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    /// Selects an option in the visible list whose label starts with a text.
    pub(crate) async fn select(&self, label: &str, option: &str) {
        let list = format!("({BY_LABEL})({})", json!(label));
        self.wait(&list).await;
        self.element(&list).await.send_keys(option).await.unwrap();
    }

    async fn element(&self, expression: &str) -> WebElement {
        let script = format!("return ({expression});");
        let value = self.driver.execute(script, Vec::new()).await.unwrap();
        value.element().unwrap()
    }

    /// Presses keys in the element that has the focus.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) {
        let element = self.driver.active_element().await.unwrap();
        element.send_keys(keys).await.unwrap();
    }

    /// Sets the colour scheme that the user prefers: `light` or `dark`.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.send("Emulation.setEmulatedMedia", json!({"features": [feature]}))
            .await;
    }

    /// Returns the violations of the rules of axe-core, whose script is passed.
    pub(crate) async fn axe(&self, script: &str) -> Value {
        let done = "const done = arguments[arguments.length - 1];";
        let run =
            "axe.run().then((result) => done(result.violations), (error) => done(String(error)));";
        let script = format!("{done}\n{script};\n{run}");
        let result = self.driver.execute_async(script, Vec::new()).await.unwrap();
        result.json().clone()
    }

    /// Writes a picture of the page into the directory of the pictures, which scripts/test keeps.
    pub(crate) async fn screenshot(&self, name: &str) {
        let directory = cargo_bin("mock-ecr").with_file_name("console-screenshots");
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join(format!("{name}.png"));
        self.driver.screenshot(&file).await.unwrap();
    }

    /// Sends a command of the Chrome DevTools Protocol.
    async fn send(&self, method: &str, params: Value) {
        self.driver.cdp().send_raw(method, params).await.unwrap();
    }

    /// Returns the messages of the browser's console about pages of the mock since the last call.
    pub(crate) async fn log(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.unwrap();
        let messages = log.into_iter().map(|entry| entry.message);
        let is_own_page = |message: &String| message.starts_with("chrome://");
        messages.filter(|message| !is_own_page(message)).collect()
    }

    async fn check_log(&self) {
        let errors = self.log().await;
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

/// Resolves when a condition is true: now, or after a change of the document.
const UNTIL: &str = "
    const done = arguments[arguments.length - 1];
    const check = () => {
        if (!(CONDITION)) return false;
        observer.disconnect();
        done(true);
        return true;
    };
    const observer = new MutationObserver(check);
    navigation.oncurrententrychange = check;
    if (!check()) observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
";

/// Returns the visible element of a tag with an accessible name: its label or its text.
const BY_NAME: &str = "(tag, name) => [...document.querySelectorAll(tag)].find((element) =>
    (element.getAttribute('aria-label') ?? element.textContent).trim() === name && element.checkVisibility())";

/// Returns the visible field whose label starts with a text.
const BY_LABEL: &str =
    "(text) => [...document.querySelectorAll('input, select, textarea')].find((field) =>
    [field.getAttribute('aria-label'), ...[...field.labels ?? []].map((label) => label.innerText)]
        .some((label) => label?.trim().startsWith(text)) && field.checkVisibility())";

/// The driver has the same port in each sandbox.
const DRIVER_ADDRESS: &str = "127.0.0.1:9515";

/// Longer than any script of a test runs.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(20);

/// A sandbox of Chromium cannot be created as root, and `/dev/shm` is small in containers.
fn capabilities(profile: &TempDir) -> ChromeCapabilities {
    let mut capabilities = ChromeCapabilities::new();
    let profile = format!("--user-data-dir={}", profile.path().display());
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        &profile,
    ];
    for argument in arguments {
        capabilities.add_arg(argument).unwrap();
    }
    capabilities
        .set_browser_log_level(LoggingPrefsLogLevel::All)
        .unwrap();
    capabilities
}

/// A chromedriver as the first process of a PID namespace, so that its browsers end with it.
struct DriverProcess(Child);

impl DriverProcess {
    /// Starts chromedriver and waits until it listens.
    #[track_caller]
    fn start(sandbox: u32) -> Self {
        let (_, port) = DRIVER_ADDRESS.split_once(':').unwrap();
        let mut process = sandbox::command_in(sandbox, "unshare")
            .args([
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--",
                "chromedriver",
            ])
            .arg(format!("--port={port}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let started = lines.any(|line| line.unwrap().contains("started successfully"));
        assert!(started, "chromedriver did not start");
        std::thread::spawn(move || lines.for_each(drop));
        DriverProcess(process)
    }
}

impl Drop for DriverProcess {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
