package booking

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
)

// keyRing holds the digests of the partners' keys. Digests have one length, so that comparing them tells nothing, not
// even how long a key is.
type keyRing [][sha256.Size]byte

func newKeyRing(keys []string) (keyRing, error) {
	var ring keyRing
	var errs []error
	for i, key := range keys {
		if key == "" {
			errs = append(errs, fmt.Errorf("booking: PartnerKeys[%d] is empty", i))
		}
		ring = append(ring, sha256.Sum256([]byte(key)))
	}
	return ring, errors.Join(errs...)
}

// admits reports whether the request shows one of the keys. Every key is compared, whichever fits.
func (ring keyRing) admits(h http.Header) bool {
	shown := h.Values("X-Api-Key")
	if len(shown) != 1 {
		return false
	}
	digest, fits := sha256.Sum256([]byte(shown[0])), 0
	for i := range ring {
		fits |= subtle.ConstantTimeCompare(digest[:], ring[i][:])
	}
	return fits == 1
}

// SetPartnerKeys replaces the partners' keys (docs/interface.md §2, access.keys) for requests that come from now on. With an
// error the old ones stay.
func (g *Gateway) SetPartnerKeys(keys []string) error {
	ring, err := newKeyRing(keys)
	if err == nil {
		g.partners.Store(&ring)
	}
	return err
}

// offers reports whether the route is there at all: its base is configured, and for partner routes somebody may use it.
func (g *Gateway) offers(route Route) bool {
	return g.bases[route.Base] != nil && (!route.Partner || len(*g.partners.Load()) > 0)
}
