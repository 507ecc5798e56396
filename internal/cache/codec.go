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

// The envelope, big-endian. The checksum speaks for everything after it, so a damaged bound cannot prolong a fragment's
// life. Fetched-at stands at a fixed place because the script that writes to Redis compares it (see putScript).
//
//	 0  "TSF"          magic
//	 3  format version (1 byte)
//	 4  checksum       xxhash64 of all that follows
//	12  fetched-at     Unix nanoseconds, and so the three bounds
//	20  fresh, 28 stale, 36 stale on error
//	44  epoch
//	52  length of the name (2 bytes)
//	54  name           the whole Redis key: prefix, tenant, tier and canonical fragment key
//	 …  payload        zstd
const (
	codecMagic    = "TSF"
	codecVersion  = 1
	offsetVersion = 3
	offsetSum     = 4
	offsetFetched = 12
	offsetFresh   = 20
	offsetStale   = 28
	offsetLast    = 36
	offsetEpoch   = 44
	offsetNameLen = 52
	headerSize    = 54
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
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("zstd encoder: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxPayload))
	if err != nil {
		return nil, fmt.Errorf("zstd decoder: %w", err)
	}
	return &codec{encoder: encoder, decoder: decoder}, nil
}

// encode writes f under name. The error is errTooLarge for fragments that decode would refuse.
func (c *codec) encode(name string, f *timeslot.Fragment) ([]byte, error) {
	if len(name) > math.MaxUint16 {
		return nil, fmt.Errorf("name of %d bytes: %w", len(name), errTooLarge)
	}
	payload, err := appendPayload(nil, f)
	if err != nil {
		return nil, err
	}
	out := make([]byte, headerSize, headerSize+len(name)+len(payload)/3)
	copy(out, codecMagic)
	out[offsetVersion] = codecVersion
	for _, field := range [...]struct {
		offset int
		at     time.Time
	}{
		{offsetFetched, f.FetchedAt}, {offsetFresh, f.Bounds.Fresh},
		{offsetStale, f.Bounds.Stale}, {offsetLast, f.Bounds.StaleOnError},
	} {
		nano, err := wallNano(field.at)
		if err != nil {
			return nil, err
		}
		binary.BigEndian.PutUint64(out[field.offset:], nano)
	}
	binary.BigEndian.PutUint64(out[offsetEpoch:], f.Epoch)
	binary.BigEndian.PutUint16(out[offsetNameLen:], uint16(len(name)))
	out = c.encoder.EncodeAll(payload, append(out, name...))
	if len(out) > maxEncoded {
		return nil, fmt.Errorf("value of %d bytes: %w", len(out), errTooLarge)
	}
	binary.BigEndian.PutUint64(out[offsetSum:], xxhash.Sum64(out[offsetFetched:]))
	return out, nil
}

// decode reads what encode wrote under name for key. It keeps nothing of data, allocates within the limits above
// whatever data says, and fails with errDamaged, errWrongKey or errNewer in its chain.
func (c *codec) decode(data []byte, name string, key timeslot.FragmentKey) (*timeslot.Fragment, error) {
	if len(data) < headerSize || string(data[:offsetVersion]) != codecMagic {
		return nil, fmt.Errorf("header: %w", errDamaged)
	}
	if v := data[offsetVersion]; v > codecVersion {
		return nil, fmt.Errorf("format %d: %w", v, errNewer)
	} else if v < codecVersion {
		return nil, fmt.Errorf("format %d: %w", v, errDamaged)
	}
	if binary.BigEndian.Uint64(data[offsetSum:]) != xxhash.Sum64(data[offsetFetched:]) {
		return nil, fmt.Errorf("checksum: %w", errDamaged)
	}
	rest, size := data[headerSize:], int(binary.BigEndian.Uint16(data[offsetNameLen:]))
	if len(rest) < size {
		return nil, fmt.Errorf("name: %w", errDamaged)
	}
	if string(rest[:size]) != name {
		return nil, errWrongKey
	}
	payload, err := c.decoder.DecodeAll(rest[size:], nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	f := &timeslot.Fragment{
		Key:       key,
		FetchedAt: fromWallNano(binary.BigEndian.Uint64(data[offsetFetched:])),
		Bounds: timeslot.Bounds{
			Fresh:        fromWallNano(binary.BigEndian.Uint64(data[offsetFresh:])),
			Stale:        fromWallNano(binary.BigEndian.Uint64(data[offsetStale:])),
			StaleOnError: fromWallNano(binary.BigEndian.Uint64(data[offsetLast:])),
		},
		Epoch: binary.BigEndian.Uint64(data[offsetEpoch:]),
	}
	if err := parsePayload(payload, f); err != nil {
		return nil, err
	}
	return f, nil
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
