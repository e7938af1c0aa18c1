package aws

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"ecrclients/internal/web"
)

func sessionName(configured string) string {
	if configured != "" {
		return configured
	}
	return "ecrclients-" + strconv.FormatInt(time.Now().Unix(), 10)
}

// assumeRole assumes the role of a profile.
func (c *Config) assumeRole(ctx context.Context, base Credentials, p section) (Credentials, error) {
	form := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2011-06-15"},
		"RoleArn": {p["role_arn"]}, "RoleSessionName": {sessionName(p["role_session_name"])},
	}
	if v := p["external_id"]; v != "" {
		form.Set("ExternalId", v)
	}
	if v := p["duration_seconds"]; v != "" {
		form.Set("DurationSeconds", v)
	}
	return c.sts(ctx, "AssumeRole", form, base, false)
}

// webIdentity requests credentials for a token in a file, which is read each time because it
// is replaced before it ends.
func (c *Config) webIdentity(ctx context.Context, role, file, session string) (Credentials, error) {
	if role == "" {
		return Credentials{}, fmt.Errorf("web identity: no role is configured: set AWS_ROLE_ARN")
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return Credentials{}, fmt.Errorf("web identity: %w", err)
	}
	token := strings.TrimSpace(string(raw))
	if token == "" {
		return Credentials{}, fmt.Errorf("web identity: %s is empty", file)
	}
	web.Secret(token)
	form := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"},
		"RoleArn": {role}, "RoleSessionName": {sessionName(session)}, "WebIdentityToken": {token},
	}
	cred, err := c.sts(ctx, "AssumeRoleWithWebIdentity", form, Credentials{}, true)
	cred.Identity = "role " + role + " by " + file
	return cred, err
}

func (c *Config) sts(ctx context.Context, name string, form url.Values, base Credentials, unsigned bool) (Credentials, error) {
	region := c.region()
	if region == "" {
		region = c.fallback
	}
	if !validRegion(region) {
		return Credentials{}, fmt.Errorf("STS: no valid AWS Region is configured")
	}
	endpoint, err := c.stsEndpoint(region)
	if err != nil {
		return Credentials{}, err
	}
	op := operation{service: "sts", name: name, region: region, endpoint: endpoint,
		body: []byte(form.Encode()), unsigned: unsigned}
	var cred Credentials
	err = web.Retry(ctx, c.policy, func(ctx context.Context) error {
		body, err := c.send(ctx, op, base)
		if err != nil {
			return err
		}
		// The element below the root is AssumeRoleResult or AssumeRoleWithWebIdentityResult.
		var answer struct {
			Results []struct {
				Credentials struct {
					AccessKeyId, SecretAccessKey, SessionToken, Expiration string
				}
			} `xml:",any"`
		}
		if err := xml.Unmarshal(body, &answer); err != nil {
			return &web.Error{Op: "STS " + name, Message: "malformed response: it is not XML", Transient: true}
		}
		for _, r := range answer.Results {
			if got := r.Credentials; got.AccessKeyId != "" {
				if got.SessionToken == "" {
					break
				}
				cred, err = newCredentials("STS "+name, got.AccessKeyId, got.SecretAccessKey, got.SessionToken)
				return err
			}
		}
		return &web.Error{Op: "STS " + name, Message: "malformed response: no complete credentials"}
	})
	return cred, err
}
