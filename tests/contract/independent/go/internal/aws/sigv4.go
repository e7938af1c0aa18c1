package aws

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sort"
	"strings"
	"time"
)

const amzTime = "20060102T150405Z"

// sign adds Signature Version 4 to a POST request without a query. Every header
// of the request is signed.
func sign(req *http.Request, body []byte, cred Credentials, region, service string, now time.Time) {
	stamp := now.UTC().Format(amzTime)
	req.Header.Set("X-Amz-Date", stamp)
	if cred.SessionToken != "" {
		req.Header.Set("X-Amz-Security-Token", cred.SessionToken)
	}
	values := map[string]string{"host": req.URL.Host}
	names := []string{"host"}
	for name := range req.Header {
		lower := strings.ToLower(name)
		if lower == "user-agent" { // a proxy may change it
			continue
		}
		values[lower] = strings.Join(strings.Fields(req.Header.Get(name)), " ")
		names = append(names, lower)
	}
	sort.Strings(names)
	var headers strings.Builder
	for _, name := range names {
		headers.WriteString(name + ":" + values[name] + "\n")
	}
	signed := strings.Join(names, ";")
	canonical := strings.Join([]string{
		req.Method, canonicalPath(req.URL.EscapedPath()), "", headers.String(), signed, hexSum(body),
	}, "\n")

	scope := stamp[:8] + "/" + region + "/" + service + "/aws4_request"
	toSign := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hexSum([]byte(canonical))
	key := []byte("AWS4" + cred.SecretKey)
	for _, part := range []string{stamp[:8], region, service, "aws4_request", toSign} {
		key = mac(key, part)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+cred.AccessKey+"/"+scope+
		", SignedHeaders="+signed+", Signature="+hex.EncodeToString(key))
}

// canonicalPath encodes the bytes of an already encoded path once more, as all
// services except S3 require.
func canonicalPath(escaped string) string {
	if escaped == "" {
		return "/"
	}
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
	var b strings.Builder
	for i := 0; i < len(escaped); i++ {
		if strings.IndexByte(plain, escaped[i]) >= 0 {
			b.WriteByte(escaped[i])
		} else {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{escaped[i]})))
		}
	}
	return b.String()
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
