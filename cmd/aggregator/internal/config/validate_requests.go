package config

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

func (v validator) search(s *Search) {
	within(v, "search.budget", s.Budget, time.Millisecond, time.Minute)
	v.days("search.window", s.Window)
	v.days("search.maxWindow", s.MaxWindow)
	if s.Window > s.MaxWindow {
		v.add("search.window", formatDuration(s.Window)+" is more than search.maxWindow, "+formatDuration(s.MaxWindow),
			"lower it, or raise search.maxWindow")
	}
	within(v, "search.maxProviders", s.MaxProviders, 1, 10_000)
	within(v, "search.maxDepartments", s.MaxDepartments, 1, 10_000)
	within(v, "search.pointPrecision", s.PointPrecision, 0, 4)
	within(v, "search.areaSlack", s.AreaSlack, 0, 1)
	if _, err := timeslot.ParsePostalCodes(s.PostalCodes); err != nil {
		v.add("search.postalCodes", "is not the table wanted: "+err.Error(),
			`write file: and the absolute path of a CSV with the columns zip,latitude,longitude`)
	}
}

func (v validator) days(key string, d time.Duration) {
	if d < day || d > anyDuration || d%day != 0 {
		v.add(key, formatDuration(d)+" is not a number of days", "write 1d to "+formatDuration(anyDuration))
	}
}

func (v validator) products(products Products) {
	meant := map[string]string{} // alias to product
	for _, name := range slices.Sorted(maps.Keys(products)) {
		at := childKey(productsKey, name)
		v.name(at, name)
		v.aliases(at+".aliases", name, products, meant)
		if name == "other" {
			v.add(at, "is what unknown products are counted as", "choose another name")
		}
		p := products[name]
		v.oneOf(at+".ranking", string(p.Ranking), merge.Names(nil)...)
		within(v, at+".budget", p.Budget, time.Millisecond, time.Minute)
		within(v, at+".priority", p.Priority, 0, 9)
		within(v, at+".maxAge", p.MaxAge, 0, day)
		if p.MaxAge%time.Second != 0 {
			v.add(at+".maxAge", formatDuration(p.MaxAge)+" is no number of whole seconds", "Cache-Control counts seconds")
		}
		within(v, at+".slo.latency", p.SLO.Latency, time.Millisecond, time.Minute)
		if p.SLO.Objective <= 0 || p.SLO.Objective >= 1 {
			v.add(at+".slo.objective", fmt.Sprintf("%v is out of range", p.SLO.Objective), "write more than 0 and less than 1")
		}
		for i, warm := range p.Warm {
			v.warm(elementKey(at+".warm", i), warm)
		}
	}
}

// aliases may be no product's name, and mean one product. A name that means two would be counted as either.
func (v validator) aliases(at, name string, products Products, meant map[string]string) {
	for i, alias := range products[name].Aliases {
		key := elementKey(at, i)
		v.name(key, alias)
		if _, taken := products[alias]; taken || alias == "other" {
			v.add(key, quote(alias)+" is a product of its own", "remove it here, or that product")
		}
		if other, taken := meant[alias]; taken {
			v.add(key, quote(alias)+" is an alias of "+other+" already", "name it once")
		}
		meant[alias] = name
	}
}

func (v validator) warm(at string, w Warm) {
	within(v, at+".every", w.Every, time.Second, day)
	if !w.Until.IsZero() && !w.Until.After(w.From) {
		v.add(at+".until", "is not after from", "write a later instant, or leave it empty")
	}
	values, err := url.ParseQuery(w.Query)
	if err != nil || len(values) == 0 {
		v.add(at+".query", "is not a query", `write what follows the "?" of GET /v1/timeslots, without spaces`)
	} else if values.Has("product") {
		v.add(at+".query", "names a product", "remove it: the query runs for the product that it stands under")
	}
}

func (v validator) limits(l *Limits) {
	within(v, "limits.inFlight", l.InFlight, 1, 1_000_000)
	within(v, "limits.perClientPerSecond", l.PerClientPerSecond, 0, 1_000_000)
	within(v, "limits.perClientBurst", l.PerClientBurst, 0, 1_000_000)
	within(v, "limits.secretsPerClientPerMinute", l.SecretsPerClientPerMinute, 0, 1_000_000)
	if l.PerClientPerSecond > 0 && l.PerClientBurst == 0 {
		v.add("limits.perClientBurst", "is 0, so that limits.perClientPerSecond would refuse everybody", "write 1 or more")
	}
	for i, text := range l.TrustedProxies {
		at := elementKey("limits.trustedProxies", i)
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			v.add(at, quote(text)+" is not a CIDR", "write an address and its prefix length, such as 10.0.0.0/8 or 10.1.2.3/32")
		case prefix != prefix.Masked():
			v.add(at, quote(text)+" has bits beyond its prefix length", "write "+prefix.Masked().String())
		}
	}
}

func (v validator) origins(origins []string) {
	const fix = "write scheme://host or scheme://host:port in lower case, as browsers send it"
	for i, origin := range origins {
		at := elementKey("cors.origins", i)
		if origin == "*" {
			if len(origins) > 1 {
				v.add(at, "stands beside other origins", "write * alone, or the origins alone")
			}
			continue
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Scheme+"://"+u.Host != origin ||
			u.Hostname() == "" || strings.ToLower(origin) != origin || strings.Contains(origin, "*") ||
			u.Port() != "" && !validPort(u.Port(), 1) {
			v.add(at, quote(origin)+" is not an exact origin", fix)
		}
	}
}
