//! Answers, and what they should be.

/// What a frozen clock shows in the `Date` header of every response.
pub(crate) const DATE: &str = "Date: Sun, 29 Nov 2015 21:30:53 GMT";

/// The id of the first request of a configuration that names no seed.
///
/// The real service spells the name `x-amzn-RequestId`, between others in title case; hyper writes them all in one way.
pub(crate) const FIRST_REQUEST_ID: &str = "X-Amzn-Requestid: a061e3d2-891b-44f9-9472-4e969e1d74aa";

/// An response: its status line, its header lines in alphabetical order, and its body.
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
            panic!("{text:?} is no response");
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

    /// Compares all of it; the header lines stand in alphabetical order.
    #[track_caller]
    pub(crate) fn assert_is(&self, status_line: &str, headers: &[&str], body: &str) {
        assert_eq!(self.body, body);
        assert_eq!(self.headers, headers);
        assert_eq!(self.status_line, status_line);
    }

    /// Compares all of the first response of a mock's API, in AWS JSON 1.1. Source of the header set:
    /// hashicorp/terraform-provider-aws#3849; there is no `X-Amzn-ErrorType`, source: aws/aws-sdk-ruby#431.
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

    /// All client errors have status 400: ECR's model declares no other. Source: botocore's model of ECR.
    #[track_caller]
    pub(crate) fn assert_rejection(&self, body: &str) {
        self.assert_json("HTTP/1.1 400 Bad Request", body);
    }

    /// The refusal of an error that has a code and a `message`. Source of the shape: aws/aws-sdk-php#1114.
    #[track_caller]
    pub(crate) fn assert_error(&self, code: &str, message: &str) {
        self.assert_rejection(&format!(r#"{{"__type":"{code}","message":"{message}"}}"#));
    }

    /// An response in XML, which names no content type. [ANALOG] Source: mhart/kinesalite, `test/connection.js`.
    #[track_caller]
    pub(crate) fn assert_xml(&self, status_line: &str, body: &str) {
        let length = format!("Content-Length: {}", body.len());
        self.assert_is(status_line, &[&length, DATE, FIRST_REQUEST_ID], body);
    }

    #[track_caller]
    pub(crate) fn status(&self) -> u16 {
        self.status_line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The value of the header of that name.
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

    /// The code of an error of the registry.
    #[track_caller]
    pub(crate) fn error(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        body["errors"][0]["code"].as_str().unwrap().to_owned()
    }
}
