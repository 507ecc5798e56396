package door

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Rules are what a reload may change (docs/interface.md §2: limits, cors, products).
type Rules struct {
	InFlight           int     // requests at once; at least 1
	PerClientPerSecond float64 // requests of one client; 0: no limit
	PerClientBurst     int     // that a client who was silent may send at once
	SecretsPerMinute   int     // requests of Options.Secrets of one client, all at once or not; 0: no limit
	TrustedProxies     []netip.Prefix
	Origins            []string // of pages that may read answers, exactly as browsers send them; "*" alone: all
	// Products by name. One named "default" is needed; it serves those that are not configured.
	Products map[string]Product
}

// Product is how the door treats one use case.
type Product struct {
	Priority int           // the lowest is shed first
	Aliases  []string      // other names that mean it
	Budget   time.Duration // for an answer
}

// rules are Rules, made ready.
type rules struct {
	room       room
	rate       rate
	secretRate rate
	proxies    proxies
	cors       crossOrigin
	products   map[string]use
	bookings   routes
	first      routes // shed first
	secrets    routes
	passing    time.Duration // patience of calls that may be passed through
}

func (o *Options) prepare(r Rules) (*rules, error) {
	if _, ok := r.Products[defaultProduct]; !ok {
		return nil, fmt.Errorf("door: a product named %q is needed", defaultProduct)
	}
	if r.InFlight < 1 {
		return nil, fmt.Errorf("door: InFlight %d is less than 1", r.InFlight)
	}
	if r.PerClientPerSecond > 0 && r.PerClientBurst < 1 {
		return nil, errors.New("door: PerClientBurst of less than 1 would refuse everybody")
	}
	out := &rules{
		room: newRoom(r.InFlight), rate: newRate(r.PerClientPerSecond, r.PerClientBurst), proxies: r.TrustedProxies,
		cors: newCrossOrigin(r.Origins), products: make(map[string]use, len(r.Products)),
		bookings: newRoutes(o.Bookings), first: newRoutes(o.First), secrets: newRoutes(o.Secrets), passing: o.Passing + Delivery,
		secretRate: newRate(float64(r.SecretsPerMinute)/60, r.SecretsPerMinute),
	}
	priorities := make(map[int]struct{})
	for _, p := range r.Products {
		priorities[p.Priority] = struct{}{}
	}
	limits := shares(out.room.reads, priorities)
	for name, p := range r.Products {
		u := use{name: name, limit: limits[p.Priority], patience: p.Budget + Delivery}
		for _, known := range append(p.Aliases, name) {
			out.products[known] = u
		}
	}
	return out, nil
}
