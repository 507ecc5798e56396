package response

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/andybalholm/brotli"
	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// coding is a content coding (RFC 9110 §8.4.1, RFC 8878, RFC 7932).
type coding uint8

const (
	identity coding = iota
	gzipCoding
	zstdCoding
	brotliCoding
	codings // how many
)

func (c coding) name() string { return [codings]string{"identity", "gzip", "zstd", "br"}[c] }

// slow reports whether the first caller should not wait for the coding: it is worth its time only for an answer that is
// asked for again.
func (c coding) slow() bool { return c == brotliCoding }

// variant is one content coding of the answer with its own strong validator (RFC 9110 §8.8.3), and the header values
// that go with it.
type variant struct {
	body                   []byte
	etag, length, encoding *Field // encoding is nil for identity
}

// Tag is the opaque part of the validator: xxhash64, the same on every replica. It tells the answers of one URL apart, which
// nobody who could forge one writes; SHA-256 took as long as a quarter of merging a large answer.
func Tag(body []byte) string {
	var sum [8]byte
	binary.BigEndian.PutUint64(sum[:], xxhash.Sum64(body))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func newVariant(body []byte, tag string, c coding) variant {
	v := variant{body: body, length: NewField("Content-Length", strconv.Itoa(len(body)))}
	if c == identity {
		v.etag = NewField("Etag", `"`+tag+`"`)
	} else {
		v.etag = NewField("Etag", `"`+tag+"-"+c.name()+`"`)
		v.encoding = NewField("Content-Encoding", c.name())
	}
	return v
}

// lazyVariant is a coding that is made when somebody wants it, once.
type lazyVariant struct {
	once    sync.Once
	ready   atomic.Pointer[variant]
	ordered atomic.Bool
}

// Coded is a body in its content codings.
type Coded struct {
	plain variant
	lazy  [codings]lazyVariant // by coding; identity is plain
}

// NewCoded makes the codings of a body when they are wanted. The body is frozen.
func NewCoded(body []byte) *Coded {
	return &Coded{plain: newVariant(body, Tag(body), identity)}
}

// Body is the body without a coding, frozen.
func (r *Coded) Body() []byte { return r.plain.body }

// ETag is the validator of the body without a coding.
func (r *Coded) ETag() string { return r.plain.etag.value[0] }

// CodeNow makes all codings at once, for what many will ask for.
func (r *Coded) CodeNow() {
	for _, c := range served {
		r.made(c)
	}
}

// choose gives the variant that a client prefers. A slow coding that is not there yet is ordered, and the client gets
// the next best meanwhile.
func (r *Coded) choose(accept []string, coder *Coder) *variant {
	wanted := preferenceOf(accept)
	for _, c := range wanted {
		if v := r.lazy[c].ready.Load(); v != nil {
			return v
		}
		if !c.slow() || len(wanted) == 1 {
			return r.made(c)
		}
		r.order(c, coder)
	}
	return &r.plain
}

// order has a coding made in the background, once. Where there is no room, a later request orders it again.
func (r *Coded) order(c coding, coder *Coder) {
	lazy := &r.lazy[c]
	if lazy.ordered.CompareAndSwap(false, true) && !coder.add(func() { r.made(c) }) {
		lazy.ordered.Store(false)
	}
}

// made is the variant, made now if nobody did before.
func (r *Coded) made(c coding) *variant {
	lazy := &r.lazy[c]
	lazy.once.Do(func() {
		tag := r.ETag()
		v := newVariant(encoded(r.plain.body, c), tag[1:len(tag)-1], c)
		lazy.ready.Store(&v)
	})
	return lazy.ready.Load()
}

// Levels that are worth their time for a few tens of kilobytes of JSON. An answer for one visitor's own position waits for
// gzip and serves nobody else: level 6 takes three times as long for an eighth less. What is asked for again is made once
// more in Brotli.
const (
	gzipLevel   = 1
	brotliLevel = 5
)

func encoded(body []byte, c coding) []byte {
	switch c {
	case gzipCoding:
		z := gzipWriters.Get().(*gzipWriter)
		defer gzipWriters.Put(z)
		z.out.Reset()
		z.Reset(&z.out)
		_, _ = z.Write(body) // a bytes.Buffer takes everything
		_ = z.Close()
		return bytes.Clone(z.out.Bytes())
	case zstdCoding:
		return bytes.Clone(zstdEncoder().EncodeAll(body, nil))
	default:
		var b bytes.Buffer
		w := brotli.NewWriterLevel(&b, brotliLevel)
		_, _ = w.Write(body)
		_ = w.Close()
		return bytes.Clone(b.Bytes())
	}
}

// gzipWriters are used again: their tables are larger than most answers.
var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzipLevel) // a level that exists
	return &gzipWriter{Writer: w}
}}

// gzipWriter compresses into memory of its own.
type gzipWriter struct {
	*gzip.Writer
	out bytes.Buffer
}

// zstdEncoder is shared: EncodeAll is safe for concurrent use and keeps its tables.
var zstdEncoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(1<<20)) // as far back as an answer reaches; the default keeps 16 MiB for it
	if err != nil { // the options are constants
		panic(err)
	}
	return e
})
