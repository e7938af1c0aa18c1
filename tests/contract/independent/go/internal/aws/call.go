package aws

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"ecrclients/internal/web"
)

const maxAnswer = 1 << 20

// skew is the clock of AWS minus the clock of this machine, in nanoseconds. It
// is set only after AWS refused a request for its time.
var skew int64

// now returns the time as AWS sees it.
func now() time.Time { return time.Now().Add(time.Duration(atomic.LoadInt64(&skew))) }

// local converts a time of AWS to the clock of this machine.
func local(t time.Time) time.Time { return t.Add(-time.Duration(atomic.LoadInt64(&skew))) }

// operation is one request to a service of AWS.
type operation struct {
	service, name, region, endpoint string
	target                          string // X-Amz-Target of the JSON protocol, "" for the query protocol
	body                            []byte
	unsigned                        bool
}

// send makes one attempt and returns the body of a successful response.
func (c *Config) send(ctx context.Context, op operation, cred Credentials) ([]byte, error) {
	name := strings.ToUpper(op.service) + " " + op.name + " in " + op.region
	u, err := url.Parse(op.endpoint)
	if err != nil {
		return nil, &web.Error{Op: name, Message: "the endpoint is not a URL"}
	}
	// The Host header that is sent must be the one that is signed.
	if (u.Scheme == "https" && u.Port() == "443") || (u.Scheme == "http" && u.Port() == "80") {
		u.Host = u.Host[:strings.LastIndexByte(u.Host, ':')]
	}
	if u.Path == "" {
		u.Path = "/"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(op.body))
	if err != nil {
		return nil, &web.Error{Op: name, Message: "the request cannot be built"}
	}
	if op.target != "" {
		req.Header.Set("Content-Type", "application/x-amz-json-1.1")
		req.Header.Set("X-Amz-Target", op.target)
	} else {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	if !op.unsigned {
		sign(req, op.body, cred, op.region, op.service, now())
	}
	req.Header.Set("User-Agent", "ecrclients/1.0")
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, web.NetError(name, err)
	}
	defer resp.Body.Close()
	body, err := web.ReadBody(resp.Body, maxAnswer)
	if resp.StatusCode == http.StatusOK {
		if err != nil {
			return nil, web.NetError(name, err)
		}
		return body, nil
	}
	e := web.StatusError(name, resp)
	e.Code, e.Message = errorOf(resp.Header, body)
	if e.Code == "" && e.Message == "" {
		e.Message = "no error of AWS in the response"
	}
	classify(e)
	return nil, e
}

// errorOf finds code and message in an error of either protocol.
func errorOf(h http.Header, body []byte) (code, message string) {
	var j struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"` // "Message" matches as well
	}
	var x struct {
		Code      string `xml:"Error>Code"`
		Message   string `xml:"Error>Message"`
		RequestID string `xml:"RequestId"`
	}
	if json.Unmarshal(body, &j) == nil {
		code, message = j.Type, j.Message
		if code == "" {
			code = j.Code
		}
	} else if xml.Unmarshal(body, &x) == nil {
		code, message = x.Code, x.Message
	}
	if code == "" {
		code = h.Get("x-amzn-ErrorType")
	}
	// "com.amazonaws.ecr#ServerException" and "ServerException:http://…"
	if i := strings.LastIndexByte(code, '#'); i >= 0 {
		code = code[i+1:]
	}
	code, _, _ = strings.Cut(code, ":")
	if len(code) > 80 {
		code = code[:80]
	}
	return web.Clean(code), message
}

var transientCodes = map[string]bool{
	"BandwidthLimitExceeded": true, "EC2ThrottledException": true, "IDPCommunicationError": true,
	"InternalError": true, "InternalFailure": true, "LimitExceededException": true,
	"PriorRequestNotComplete": true, "ProvisionedThroughputExceededException": true,
	"RequestLimitExceeded": true, "RequestThrottled": true, "RequestThrottledException": true,
	"RequestTimeout": true, "RequestTimeoutException": true, "ServerException": true,
	"ServiceUnavailable": true, "ServiceUnavailableException": true, "SlowDown": true,
	"ThrottledException": true, "Throttling": true, "ThrottlingException": true,
	"TooManyRequestsException": true, "TransactionInProgressException": true,
}

var clockCodes = map[string]bool{
	"AuthFailure": true, "InvalidSignatureException": true, "RequestExpired": true,
	"RequestInTheFuture": true, "RequestTimeTooSkewed": true, "SignatureDoesNotMatch": true,
}

// classify marks what is worth another attempt. A request that was refused for
// its time is, if the clock of the server really differs: the correction is kept.
func classify(e *web.Error) {
	if transientCodes[e.Code] {
		e.Transient = true
	}
	if clockCodes[e.Code] && !e.Date.IsZero() {
		diff := e.Date.Sub(now())
		if diff > 2*time.Minute || diff < -2*time.Minute {
			atomic.StoreInt64(&skew, int64(time.Until(e.Date)))
			e.Transient = true
		}
	}
}

// expired tells whether the credentials of the request had ended.
func expired(err error) bool {
	e, ok := err.(*web.Error)
	return ok && (e.Code == "ExpiredTokenException" || e.Code == "ExpiredToken")
}
