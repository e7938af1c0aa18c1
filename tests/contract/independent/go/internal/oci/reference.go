// Package oci pulls images from a registry of the OCI distribution
// specification into an OCI image layout.
package oci

import (
	"errors"
	"regexp"
	"strings"

	"ecrclients/internal/registry"
)

// Reference names an image.
type Reference struct {
	Host, Name, Tag, Digest string
}

var (
	nameRE   = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)
	tagRE    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	digestRE = regexp.MustCompile(`^sha256:[a-f0-9]{64}$`)
)

// ParseReference reads HOST/NAME[:TAG][@DIGEST].
func ParseReference(s string) (Reference, error) {
	host, rest, ok := strings.Cut(s, "/")
	if !ok || !(strings.ContainsAny(host, ".:") || host == "localhost") {
		return Reference{}, errors.New("the image has no registry in its name")
	}
	var r Reference
	var err error
	if r.Host, err = registry.HostOf(host); err != nil {
		return r, err
	}
	var hasDigest, hasTag bool
	rest, r.Digest, hasDigest = strings.Cut(rest, "@")
	r.Name, r.Tag, hasTag = strings.Cut(rest, ":")
	if !nameRE.MatchString(r.Name) || len(r.Name) > 255 {
		return r, errors.New("the name of the repository is malformed")
	}
	if hasTag && !tagRE.MatchString(r.Tag) {
		return r, errors.New("the tag is malformed")
	}
	if hasDigest && !digestRE.MatchString(r.Digest) {
		return r, errors.New("the digest is malformed, or is not of sha256")
	}
	if !hasTag && !hasDigest {
		r.Tag = "latest"
	}
	return r, nil
}

// Target is what the registry is asked for: a digest goes before a tag.
func (r Reference) Target() string {
	if r.Digest != "" {
		return r.Digest
	}
	return r.Tag
}

func (r Reference) String() string {
	s := r.Host + "/" + r.Name
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}
