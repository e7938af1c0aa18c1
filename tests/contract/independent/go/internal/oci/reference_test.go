package oci

import "testing"

func TestParseReference(t *testing.T) {
	const digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for in, want := range map[string]string{
		"localhost:5000/a/b":                  "localhost:5000/a/b:latest",
		"a.example/b:1":                       "a.example/b:1",
		"a.example/b:1@" + digest:             "a.example/b:1@" + digest,
		"a.example/team__x/b-c.d/e@" + digest: "a.example/team__x/b-c.d/e@" + digest,
		"busybox":                             "", "team/app": "", "a.example/B": "", "a.example/b:": "", "a.example/b@sha256:1": "",
	} {
		r, err := ParseReference(in)
		if (err == nil) != (want != "") || err == nil && r.String() != want {
			t.Error(in, r, err)
		}
	}
}
