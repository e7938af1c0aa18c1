//! HTTP responses and assertions about them.

/// The `Date` header of every response while the clock is frozen at its default time.
pub(crate) const DATE: &str = "Date: Sun, 29 Nov 2015 21:30:53 GMT";

/// The request ID header of the first request of a mock with the default seed.
///
/// The real service writes `x-amzn-RequestId` next to names in title case. hyper writes all names in title case.
pub(crate) const FIRST_REQUEST_ID: &str = "X-Amzn-Requestid: a061e3d2-891b-44f9-9472-4e969e1d74aa";

/// An HTTP response: the status line, the header lines in alphabetical order, and the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status_line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Response {
    #[track_caller]
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = str::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| {
            panic!("not an HTTP response: {text:?}");
        });
        let mut lines = head.split("\r\n").map(str::to_owned);
        let status_line = lines.next().unwrap();
        let mut headers: Vec<_> = lines.collect();
        headers.sort();
        Response {
            status_line,
            headers,
            body: body.to_owned(),
        }
    }

    /// Asserts that the whole response is equal. The header lines are in alphabetical order.
    #[track_caller]
    pub(crate) fn assert_is(&self, status_line: &str, headers: &[&str], body: &str) {
        assert_eq!(self.body, body);
        assert_eq!(self.headers, headers);
        assert_eq!(self.status_line, status_line);
    }

    /// Asserts that the whole response is equal to the first response of the API of a mock, in AWS JSON 1.1.
    ///
    /// Source of the headers: hashicorp/terraform-provider-aws#3849; of the absence of `X-Amzn-ErrorType`: aws/aws-sdk-ruby#431.
    #[track_caller]
    pub(crate) fn assert_json(&self, status_line: &str, body: &str) {
        let headers = [
            &format!("Content-Length: {}", body.len()),
            "Content-Type: application/x-amz-json-1.1",
            DATE,
            FIRST_REQUEST_ID,
        ];
        self.assert_is(status_line, &headers, body);
    }

    /// Asserts an error with status 400. ECR's model declares no other status for client errors. Source: botocore's model of ECR.
    #[track_caller]
    pub(crate) fn assert_rejection(&self, body: &str) {
        self.assert_json("HTTP/1.1 400 Bad Request", body);
    }

    /// Asserts an error with a code and a `message`. Source of the shape: aws/aws-sdk-php#1114.
    #[track_caller]
    pub(crate) fn assert_error(&self, code: &str, message: &str) {
        self.assert_rejection(&format!(r#"{{"__type":"{code}","message":"{message}"}}"#));
    }

    /// Asserts a response in XML, which has no `Content-Type`. [ANALOG] Source: mhart/kinesalite, `test/connection.js`.
    #[track_caller]
    pub(crate) fn assert_xml(&self, status_line: &str, body: &str) {
        let length = format!("Content-Length: {}", body.len());
        self.assert_is(status_line, &[&length, DATE, FIRST_REQUEST_ID], body);
    }

    #[track_caller]
    pub(crate) fn status(&self) -> u16 {
        self.status_line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Returns the value of a header.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.find(name);
        value.unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().filter_map(|line| line.split_once(": "));
        let (_, value) = headers.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Returns the code of an error of the registry.
    #[track_caller]
    pub(crate) fn error(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        body["errors"][0]["code"].as_str().unwrap().to_owned()
    }
}
