package oci

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"strings"
	"time"

	"ecrclients/internal/web"
)

const (
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	dockerList   = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerImage  = "application/vnd.docker.distribution.manifest.v2+json"
	accept       = typeIndex + ", " + typeManifest + ", " + dockerList + ", " + dockerImage
	maxManifest  = 4 << 20
	idleLimit    = 12 * time.Second
)

// A blob may take long, but must not stand still: see idle.
var blobPolicy = web.Policy{Attempts: 4, Base: 500 * time.Millisecond, Max: 4 * time.Second, Each: 6 * time.Hour}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        *Descriptor  `json:"config"`
	Layers        []Descriptor `json:"layers"`
	Manifests     []Descriptor `json:"manifests"`
}

// Pull stores an image for a platform, and returns the digest of its manifest.
func Pull(ctx context.Context, c *Client, s *Store, ref Reference, p Platform) (string, error) {
	target := ref.Target()
	for depth := 0; depth < 3; depth++ {
		raw, kind, err := c.manifest(ctx, ref, target)
		if err != nil {
			return "", err
		}
		var m manifest
		if json.Unmarshal(raw, &m) != nil || m.SchemaVersion != 2 {
			return "", fmt.Errorf("manifest of %s: it is malformed or of an old schema", target)
		}
		if m.MediaType != "" {
			kind = m.MediaType
		}
		d := Descriptor{MediaType: kind, Digest: digestOf(raw), Size: int64(len(raw))}
		switch kind {
		case typeIndex, dockerList:
			if err := s.Put(d, bytes.NewReader(raw)); err != nil {
				return "", err
			}
			next, err := selectPlatform(m.Manifests, p)
			if err != nil {
				return "", fmt.Errorf("manifest of %s: %w", target, err)
			}
			target = next
		case typeManifest, dockerImage:
			if err := c.content(ctx, s, ref, m); err != nil {
				return "", err
			}
			// The manifest comes last: what it names is there then.
			if err := s.Put(d, bytes.NewReader(raw)); err != nil {
				return "", err
			}
			return d.Digest, s.Tag(ctx, ref.String(), d)
		default:
			return "", fmt.Errorf("manifest of %s: the media type %q is not an image", target, web.Clean(kind))
		}
	}
	return "", errors.New("the index leads to further indexes")
}

func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func selectPlatform(list []Descriptor, p Platform) (string, error) {
	for _, d := range list {
		if d.Platform != nil && d.Platform.OS == p.OS && d.Platform.Architecture == p.Architecture &&
			(p.Variant == "" || d.Platform.Variant == p.Variant) {
			if !digestRE.MatchString(d.Digest) {
				return "", errors.New("a digest is malformed")
			}
			return d.Digest, nil
		}
	}
	return "", fmt.Errorf("there is no image for %s/%s", p.OS, p.Architecture)
}

// manifest gets and verifies a manifest.
func (c *Client) manifest(ctx context.Context, ref Reference, target string) (raw []byte, kind string, err error) {
	op := "manifest " + target + " of " + ref.Host + "/" + ref.Name
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	// An attempt is longer here than the requests need: the helper of docker
	// may run within it.
	p := requestPolicy
	p.Each = 55 * time.Second
	err = web.Retry(ctx, p, func(ctx context.Context) error {
		ctx, idle := idleContext(ctx, helperLimit)
		defer idle.stop()
		resp, err := c.open(ctx, op, "/v2/"+ref.Name+"/manifests/"+target, accept)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		idle.limit = idleLimit
		raw, err = web.ReadBody(idle.reader(resp.Body), maxManifest)
		if err != nil {
			return idle.explain(op, err)
		}
		kind, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
		want := resp.Header.Get("Docker-Content-Digest")
		if digestRE.MatchString(target) {
			want = target
		}
		if strings.HasPrefix(want, "sha256:") && want != digestOf(raw) {
			return &web.Error{Op: op, Message: errContent.Error(), Transient: true}
		}
		return nil
	})
	return raw, kind, err
}

// content gets the configuration and the layers of an image.
func (c *Client) content(ctx context.Context, s *Store, ref Reference, m manifest) error {
	if m.Config == nil {
		return errors.New("the manifest has no configuration")
	}
	all := append([]Descriptor{*m.Config}, m.Layers...)
	for _, d := range all {
		if !digestRE.MatchString(d.Digest) || d.Size < 0 {
			return errors.New("a descriptor in the manifest is malformed")
		}
	}
	for _, d := range all {
		if s.Has(d) {
			continue
		}
		if err := c.blob(ctx, s, ref, d); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) blob(ctx context.Context, s *Store, ref Reference, d Descriptor) error {
	op := "blob " + d.Digest + " of " + ref.Host + "/" + ref.Name
	return web.Retry(ctx, blobPolicy, func(ctx context.Context) error {
		ctx, idle := idleContext(ctx, helperLimit)
		defer idle.stop()
		resp, err := c.open(ctx, op, "/v2/"+ref.Name+"/blobs/"+d.Digest, "")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		idle.limit = idleLimit
		err = s.Put(d, idle.reader(resp.Body))
		var path *os.PathError
		var link *os.LinkError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &path), errors.As(err, &link): // a full disk stays full
			return err
		case err == errContent:
			return &web.Error{Op: op, Message: err.Error(), Transient: true}
		}
		return idle.explain(op, err)
	})
}

// helperLimit is the time until a response begins, a run of the helper included.
const helperLimit = 60 * time.Second

// idler ends a context if nothing happens for a while.
type idler struct {
	parent context.Context
	ctx    context.Context
	cancel context.CancelFunc
	timer  *time.Timer
	limit  time.Duration
}

func idleContext(parent context.Context, limit time.Duration) (context.Context, *idler) {
	ctx, cancel := context.WithCancel(parent)
	return ctx, &idler{parent, ctx, cancel, time.AfterFunc(limit, cancel), limit}
}

func (i *idler) stop() {
	i.timer.Stop()
	i.cancel()
}

// explain tells a standstill from other failures of reading.
func (i *idler) explain(op string, err error) error {
	if i.ctx.Err() != nil && i.parent.Err() == nil {
		return &web.Error{Op: op, Message: "no data in time", Transient: true}
	}
	return web.NetError(op, err)
}

func (i *idler) reader(r io.Reader) io.Reader {
	i.timer.Reset(i.limit)
	return &idleReader{i, r}
}

type idleReader struct {
	i *idler
	r io.Reader
}

func (r *idleReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if n > 0 {
		r.i.timer.Reset(r.i.limit)
	}
	return n, err
}
