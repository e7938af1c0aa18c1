// Package registry reads the host names of ECR registries.
package registry

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// Registry is an ECR registry.
type Registry struct {
	Host      string // as docker knows it, with a port if one was given
	Account   string // "" for a local mock without an account in its name
	Region    string
	FIPS      bool
	DualStack bool
}

// ErrNotECR means that a host is not a private ECR registry.
var ErrNotECR = errors.New("not an ECR registry")

// The suffixes are a closed list, because a login must not be given to a host
// that merely begins like a registry of ECR. Names below .localhost are local.
var pattern = regexp.MustCompile(`^([0-9]{12})\.dkr([.-])ecr(-fips)?\.([a-z0-9]+(?:-[a-z0-9]+)+)\.(?:` +
	`amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn|` +
	`on\.amazonwebservices\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk|localhost)$`)

// HostOf returns the host, and the port if there is one, of a URL, of a host
// name, or of a reference that begins with a host name.
func HostOf(ref string) (string, error) {
	ref = strings.TrimSpace(ref)
	if !strings.Contains(ref, "://") {
		ref = "https://" + ref
	}
	u, err := url.Parse(ref)
	if err != nil || u.User != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "", errors.New("not the name of a registry")
	}
	return strings.ToLower(u.Host), nil
}

// Parse reads account and Region from a host name.
func Parse(ref string) (Registry, error) {
	host, err := HostOf(ref)
	if err != nil {
		return Registry{}, err
	}
	m := pattern.FindStringSubmatch(Name(host))
	if m == nil {
		return Registry{Host: host}, ErrNotECR
	}
	return Registry{Host: host, Account: m[1], Region: m[4], FIPS: m[3] != "", DualStack: m[2] == "-"}, nil
}

// Name returns a host without its port.
func Name(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.Trim(host, "[]")
}

// IsLoopback tells whether a host is this machine.
func IsLoopback(host string) bool {
	name := Name(host)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
