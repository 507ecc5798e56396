package door

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
)

// CorrelationHeader names one request in the logs of everybody who handles it (docs/dexcare.md §1.3).
const CorrelationHeader = "Correlation-Id"

const maxCorrelation = 128 // bytes of a client's own id

// CorrelationID is the client's own id where it is one that can be logged and sent on, else a new one.
func CorrelationID(h http.Header) string {
	if given := h[CorrelationHeader]; len(given) > 0 && IsCorrelationID(given[0]) {
		return given[0]
	}
	return NewCorrelationID()
}

// IsCorrelationID reports whether id is of letters, digits and ". _ : # / -", 128 at most.
func IsCorrelationID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '.', c == '_', c == ':', c == '#', c == '/', c == '-':
		default:
			return false
		}
	}
	return id != "" && len(id) <= maxCorrelation
}

// NewCorrelationID is a random UUID.
func NewCorrelationID() string {
	id := RandomUUID()
	return string(id[:])
}

// RandomUUID is of RFC 9562, version 4, as text. It names a request and guards nothing, so the generator of the runtime
// will do, which needs neither a lock nor a system call.
func RandomUUID() (text [36]byte) {
	var b [16]byte
	for i, word := range [2]uint64{rand.Uint64(), rand.Uint64()} {
		for j := range 8 {
			b[8*i+j] = byte(word >> (8 * j))
		}
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	hex.Encode(text[0:8], b[0:4])
	hex.Encode(text[9:13], b[4:6])
	hex.Encode(text[14:18], b[6:8])
	hex.Encode(text[19:23], b[8:10])
	hex.Encode(text[24:36], b[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return text
}
