package dockercfg

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUpdate(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "sub", "config.json")
	logins := map[string]Login{"a.example": {"AWS", "secret-one"}}
	if replaced, err := Update(ctx, path, logins); err != nil || replaced {
		t.Fatal(replaced, err)
	}
	keep := `{"credHelpers":{"x":"y"},"auths":{"a.example":{"identitytoken":"t"},"b.example":{"auth":"QTpC"}},"n":12345678901234567890}`
	if err := os.WriteFile(path, []byte(keep), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Update(ctx, path, logins); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	info, _ := os.Stat(path)
	for _, want := range []string{`"x": "y"`, "QTpC", "12345678901234567890", "QVdTOnNlY3JldC1vbmU="} {
		if !strings.Contains(string(data), want) {
			t.Error(want, string(data))
		}
	}
	if info.Mode().Perm() != 0o600 || strings.Contains(string(data), "identitytoken") {
		t.Error(info.Mode(), string(data))
	}
	s, err := Inspect(path, logins)
	if err != nil || !s.Has["a.example"] || !s.Private {
		t.Error(s, err)
	}
	if err := os.WriteFile(path, []byte(`{"auths":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Inspect(path, logins); err != nil || !s.Corrupt {
		t.Error(s, err)
	}
	if replaced, err := Update(ctx, path, logins); err != nil || !replaced {
		t.Error(replaced, err)
	}
	if c, err := Load(path); err != nil || c.Auths["a.example"].Auth == "" {
		t.Error(c, err)
	}
}
