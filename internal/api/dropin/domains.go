package dropin

import (
	"sync"
	"time"
)

// Domains are those whose answers are cached. Anybody may send any, and each has answers of its own: so there are few. One that
// finds no room is not cached, until one that is has not been used for a while. The zero Domains is ready; it is safe for
// concurrent use.
type Domains struct {
	mu   sync.Mutex
	used map[string]time.Time // when
}

// Bounds: a tenant has a handful of brands.
const (
	maxDomains = 16
	domainKept = time.Hour
)

// Admit reports whether answers for a domain are cached. The empty one always is.
func (d *Domains) Admit(domain string, now time.Time) bool {
	if domain == "" {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.used[domain]; !ok && len(d.used) >= maxDomains && !d.forget(now) {
		return false
	}
	if d.used == nil {
		d.used = map[string]time.Time{}
	}
	d.used[domain] = now
	return true
}

// forget makes room, if a domain was not used for long enough.
func (d *Domains) forget(now time.Time) bool {
	for domain, used := range d.used {
		if now.Sub(used) > domainKept {
			delete(d.used, domain)
			return true
		}
	}
	return false
}
