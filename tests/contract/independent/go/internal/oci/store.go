package oci

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"ecrclients/internal/files"
)

const (
	typeIndex  = "application/vnd.oci.image.index.v1+json"
	refName    = "org.opencontainers.image.ref.name"
	layoutFile = `{"imageLayoutVersion":"1.0.0"}`
)

// Descriptor points to content.
type Descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Platform    *Platform         `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Platform is what an image runs on.
type Platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Variant      string `json:"variant,omitempty"`
}

type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType,omitempty"`
	Manifests     []Descriptor `json:"manifests"`
}

// Store is a directory in the form of an OCI image layout.
type Store struct{ dir string }

// NewStore opens or creates a store.
func NewStore(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o700); err != nil {
		return nil, err
	}
	layout := filepath.Join(dir, "oci-layout")
	if _, err := os.Stat(layout); errors.Is(err, os.ErrNotExist) {
		if err := files.WriteAtomic(layout, []byte(layoutFile)); err != nil {
			return nil, err
		}
	}
	return &Store{dir}, nil
}

func (s *Store) path(digest string) string {
	return filepath.Join(s.dir, "blobs", "sha256", digest[len("sha256:"):])
}

// Has tells whether intact content is in the store.
func (s *Store) Has(d Descriptor) bool {
	f, err := os.Open(s.path(d.Digest))
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return err == nil && n == d.Size && "sha256:"+hex.EncodeToString(h.Sum(nil)) == d.Digest
}

// Put stores content after its size and digest were verified.
func (s *Store) Put(d Descriptor, content io.Reader) (err error) {
	target := s.path(d.Digest)
	tmp, err := os.CreateTemp(s.dir, ".blob-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, h), io.LimitReader(content, d.Size+1))
	if err != nil {
		return err
	}
	if n != d.Size || "sha256:"+hex.EncodeToString(h.Sum(nil)) != d.Digest {
		return errContent
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), target)
}

var errContent = errors.New("the content does not have the announced size and digest")

// Tag records an image under its name.
func (s *Store) Tag(ctx context.Context, name string, d Descriptor) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	unlock, err := files.Lock(ctx, s.dir)
	if err != nil {
		return err
	}
	defer unlock()
	path := filepath.Join(s.dir, "index.json")
	idx := index{SchemaVersion: 2, MediaType: typeIndex}
	if data, _, err := files.Read(path); err == nil {
		var old index
		// An index that cannot be read is replaced.
		if json.Unmarshal(data, &old) == nil {
			for _, m := range old.Manifests {
				if m.Annotations[refName] != name {
					idx.Manifests = append(idx.Manifests, m)
				}
			}
		}
	}
	d.Annotations = map[string]string{refName: name}
	idx.Manifests = append(idx.Manifests, d)
	out, err := json.MarshalIndent(idx, "", "  ")
	if err != nil {
		return err
	}
	return files.WriteAtomic(path, append(out, '\n'))
}
