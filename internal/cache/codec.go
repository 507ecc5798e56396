package cache

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"

	"timeslots/internal/timeslot"
)

// A value is a head and a body, big-endian. The head can be written without the body, for a fragment whose content is in the
// value already. Each has a checksum of its own, so a damaged bound cannot prolong a fragment's life, and the body's speaks for
// the head's digest too, so no head goes with another's body. What the scripts compare stands at fixed places (see put.go).
//
//	 0  "TSF"          magic
//	 3  format version (1 byte)
//	 4  checksum       xxhash64 of what follows in the head
//	12  fetched-at     Unix nanoseconds, and so the instants that follow
//	20  fresh, 28 stale, 36 stale on error
//	44  epoch
//	52  covers from, 60 covers until
//	68  digest         16 bytes, see timeslot.Fragment
//	84  length of the name (2 bytes)
//	86  name           the whole Redis key: prefix, tenant, tier and canonical fragment key
//
//	 0  checksum       xxhash64 of the digest and of what follows
//	 8  content        zstd
const (
	codecMagic    = "TSF"
	codecVersion  = 2
	offsetVersion = 3
	offsetSum     = 4
	offsetFetched = 12
	offsetFresh   = 20
	offsetStale   = 28
	offsetLast    = 36
	offsetEpoch   = 44
	offsetFrom    = 52
	offsetUntil   = 60
	offsetDigest  = 68
	offsetNameLen = 84
	headerSize    = 86 // of a head without its name
	sumSize       = 8
)

// Bounds on what is written and read, in bytes. What one replica writes every other one can read: reading may allocate
// twice the weight that writing allows, because a string that is used once is held by the table and by its user.
const (
	maxEncoded = 32 << 20  // a whole value
	maxPayload = 64 << 20  // after decompression
	maxWeight  = 64 << 20  // of a fragment to be written, see Weight
	maxDecoded = 128 << 20 // allocated for a fragment that is read
)

// Why a stored value is not used. None of them reaches a caller of the store: they are misses, recorded as errors.
var (
	errDamaged  = errors.New("not an undamaged fragment value")
	errWrongKey = errors.New("value belongs to another key")
	errNewer    = errors.New("value has a newer format")
	errTooLarge = errors.New("fragment exceeds the limits of the stored format")
)

// codec turns fragments into values for Redis and back. It is safe for concurrent use.
type codec struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

func newCodec() (*codec, error) {
	// Twice the window of each core is held for good; a larger one makes nothing smaller.
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("zstd encoder: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxPayload))
	if err != nil {
		return nil, fmt.Errorf("zstd decoder: %w", err)
	}
	return &codec{encoder: encoder, decoder: decoder}, nil
}

// head writes what the head says of f under name.
func (c *codec) head(name string, f *timeslot.Fragment) ([]byte, error) {
	if len(name) > math.MaxUint16 {
		return nil, fmt.Errorf("name of %d bytes: %w", len(name), errTooLarge)
	}
	out := make([]byte, headerSize, headerSize+len(name))
	copy(out, codecMagic)
	out[offsetVersion] = codecVersion
	for _, field := range [...]struct {
		offset int
		at     time.Time
	}{
		{offsetFetched, f.FetchedAt}, {offsetFresh, f.Bounds.Fresh},
		{offsetStale, f.Bounds.Stale}, {offsetLast, f.Bounds.StaleOnError},
		{offsetFrom, f.Covers.From}, {offsetUntil, f.Covers.Until},
	} {
		nano, err := wallNano(field.at)
		if err != nil {
			return nil, err
		}
		binary.BigEndian.PutUint64(out[field.offset:], nano)
	}
	binary.BigEndian.PutUint64(out[offsetEpoch:], f.Epoch)
	copy(out[offsetDigest:], f.Digest[:])
	binary.BigEndian.PutUint16(out[offsetNameLen:], uint16(len(name)))
	out = append(out, name...)
	binary.BigEndian.PutUint64(out[offsetSum:], xxhash.Sum64(out[offsetFetched:]))
	return out, nil
}

// encode writes f under name, head and body. The error is errTooLarge for fragments that decode would refuse.
func (c *codec) encode(name string, f *timeslot.Fragment) ([]byte, error) {
	head, err := c.head(name, f)
	if err != nil {
		return nil, err
	}
	w := payloadWriters.Get().(*payloadWriter)
	defer w.done()
	payload, err := w.payload(f)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(head)+sumSize, len(head)+sumSize+len(payload)/3)
	copy(out, head)
	out = c.encoder.EncodeAll(payload, out)
	if len(out) > maxEncoded {
		return nil, fmt.Errorf("value of %d bytes: %w", len(out), errTooLarge)
	}
	binary.BigEndian.PutUint64(out[len(head):], bodySum(f.Digest, out[len(head)+sumSize:]))
	return out, nil
}

func bodySum(digest timeslot.Digest, payload []byte) uint64 {
	sum := xxhash.New()
	_, _ = sum.Write(digest[:])
	_, _ = sum.Write(payload)
	return sum.Sum64()
}

// decode reads what encode wrote under name for key. It keeps nothing of data, allocates within the limits above
// whatever data says, and fails with errDamaged, errWrongKey or errNewer in its chain.
func (c *codec) decode(data []byte, name string, key timeslot.FragmentKey) (*timeslot.Fragment, error) {
	f, body, err := decodeHead(data, name, key)
	if err != nil {
		return nil, err
	}
	if err := c.decodeBody(body, f); err != nil {
		return nil, err
	}
	return f, nil
}

// decodeHead reads the head of data, and gives a fragment without content, and the body.
func decodeHead(data []byte, name string, key timeslot.FragmentKey) (f *timeslot.Fragment, body []byte, err error) {
	if len(data) < headerSize || string(data[:offsetVersion]) != codecMagic {
		return nil, nil, fmt.Errorf("header: %w", errDamaged)
	}
	if v := data[offsetVersion]; v > codecVersion {
		return nil, nil, fmt.Errorf("format %d: %w", v, errNewer)
	} else if v < codecVersion {
		return nil, nil, fmt.Errorf("format %d: %w", v, errDamaged)
	}
	size := headerSize + int(binary.BigEndian.Uint16(data[offsetNameLen:]))
	if len(data) < size {
		return nil, nil, fmt.Errorf("name: %w", errDamaged)
	}
	if binary.BigEndian.Uint64(data[offsetSum:]) != xxhash.Sum64(data[offsetFetched:size]) {
		return nil, nil, fmt.Errorf("checksum: %w", errDamaged)
	}
	if string(data[headerSize:size]) != name {
		return nil, nil, errWrongKey
	}
	instant := func(offset int) time.Time { return fromWallNano(binary.BigEndian.Uint64(data[offset:])) }
	return &timeslot.Fragment{
		Key:       key,
		FetchedAt: instant(offsetFetched),
		Bounds:    timeslot.Bounds{Fresh: instant(offsetFresh), Stale: instant(offsetStale), StaleOnError: instant(offsetLast)},
		Epoch:     binary.BigEndian.Uint64(data[offsetEpoch:]),
		Covers:    timeslot.Interval{From: instant(offsetFrom), Until: instant(offsetUntil)},
		Digest:    timeslot.Digest(data[offsetDigest:]),
	}, data[size:], nil
}

// decodeBody adds the content to what decodeHead gave.
func (c *codec) decodeBody(body []byte, f *timeslot.Fragment) error {
	if len(body) < sumSize || binary.BigEndian.Uint64(body) != bodySum(f.Digest, body[sumSize:]) {
		return fmt.Errorf("checksum: %w", errDamaged)
	}
	payload, err := c.decoder.DecodeAll(body[sumSize:], nil)
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return parsePayload(payload, f)
}

// noInstant stands for the zero time; real instants lie between 1970 and 2262 and are smaller.
const noInstant = math.MaxUint64

func wallNano(t time.Time) (uint64, error) {
	if t.IsZero() {
		return noInstant, nil
	}
	if t.Unix() < 0 || t.Unix() > math.MaxInt64/int64(time.Second)-1 {
		return 0, fmt.Errorf("instant %s: %w", t.Format(time.RFC3339), errTooLarge)
	}
	return uint64(t.UnixNano()), nil
}

func fromWallNano(n uint64) time.Time {
	if n == noInstant {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}
