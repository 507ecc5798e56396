package config

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"timeslots/internal/api/dropin"
	"timeslots/internal/booking"
	"timeslots/internal/timeslot"
)

func (v validator) listener(key, address string) {
	_, port, err := net.SplitHostPort(address)
	if err != nil || !validPort(port, 0) {
		v.add(key, quote(address)+" is not an address", "write HOST:PORT, such as 127.0.0.1:8080 or :8080; port 0 takes any free one")
	}
}

// validPort reports whether the port is a number of at least least.
func validPort(port string, least int) bool {
	n, err := strconv.Atoi(port)
	return err == nil && n >= least && n <= 65535
}

// isLoopback reports whether a host is this machine, without asking a resolver.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (v validator) upstream(c *Config) {
	u, s := &c.Upstream, &c.Sources
	version := s.ProviderDirect.Version
	v.base("upstream.public.url", u.Public.URL, u.Insecure,
		wantedBy("sources.careDirect", s.CareDirect.Enabled),
		wantedBy("sources.providerDirect", s.ProviderDirect.Enabled && (version == V4 || version == Both)))
	v.base("upstream.ingress.url", u.Ingress.URL, u.Insecure,
		wantedBy("sources.providerDirect", s.ProviderDirect.Enabled && (version == V5 || version == Both)),
		wantedBy("sources.careOptions", s.CareOptions.Enabled))
	v.base("upstream.visit.url", u.Visit.URL, u.Insecure)
	for i, call := range u.Visit.Paths {
		if _, err := booking.Further(call, dropin.Calls()...); err != nil {
			v.add(elementKey("upstream.visit.paths", i), quote(call)+" "+err.Error(), `write one call as in "POST /api/9/things/{id}/done"`)
		}
	}
	v.base("upstream.scheduling.url", u.Scheduling.URL, u.Insecure)
	if u.Scheduling.Brand != "" {
		v.name("upstream.scheduling.brand", u.Scheduling.Brand)
	}
	v.link("upstream.scheduling.links.retail", u.Scheduling.Links.Retail)
	v.link("upstream.scheduling.links.provider", u.Scheduling.Links.Provider)
	v.credential("upstream.ingress.keys.careOptions", u.Ingress.Keys.CareOptions)
	v.credential("upstream.ingress.keys.slots", u.Ingress.Keys.Slots)
	v.credential("upstream.ingress.keys.booking", u.Ingress.Keys.Booking)
	v.certificates(u)
}

// link refuses templates that could not be built, or could lead elsewhere. An empty one is none.
func (v validator) link(key, template string) {
	if template == "" {
		return
	}
	if _, err := timeslot.ParseLinkTemplate(&url.URL{Scheme: "https", Host: "localhost"}, template); err != nil {
		v.add(key, err.Error(), "write a path such as /retail?timeSlot={slotDateTime}&departmentUrlName={departmentUrlName}&brand={brand}")
	}
}

func wantedBy(source string, uses bool) string {
	if uses {
		return source
	}
	return ""
}

// base checks a base URL. It may be empty unless a source needs it.
func (v validator) base(key, text string, insecure bool, wanted ...string) {
	if text == "" {
		for _, source := range wanted {
			if source != "" {
				v.add(key, "is empty, but "+source+" reads from it", "write the base URL, or set "+source+".enabled: false")
				return
			}
		}
		return
	}
	u := v.url(key, text)
	if u != nil && u.Scheme == "http" && !insecure && !isLoopback(u.Hostname()) {
		v.add(key, "sends requests of patients over http:// to another machine",
			"write https://, or set upstream.insecure: true")
	}
}

// hostGrammar is what may stand between "//" and the path. net/url also takes quotes and angle brackets, which would
// reach pages inside hand-off links.
var hostGrammar = regexp.MustCompile(`^[\pL\pN._:%\[\]-]+$`)

const urlFix = "write scheme, host and at most a path, such as https://api.care.example.org"

// url checks a URL that paths are appended to: nothing may follow the path, and credentials have keys of their own.
func (v validator) url(key, text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil || !hostGrammar.MatchString(u.Host) || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" ||
		u.Port() != "" && !validPort(u.Port(), 1) {
		v.add(key, quote(text)+" is not an http or https URL", urlFix)
		return nil
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") {
		v.add(key, "has a user, a query or a fragment", urlFix)
		return nil
	}
	return u
}

// credential checks that a secret can be sent as an HTTP header: a stray line break would fail every call later.
func (v validator) credential(key string, s Secret) {
	for _, r := range s.Reveal() {
		if r <= ' ' || r > '~' {
			v.add(key, "has a space, a line break or a character that no header can carry", "write printable ASCII alone")
			return
		}
	}
}

func (v validator) certificates(u *Upstream) {
	if u.CA != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(u.CA)) {
		v.add("upstream.ca", "holds no PEM certificate", "write file: and the absolute path of a PEM file")
	}
	in := &u.Ingress
	if in.Certificate == "" && !in.PrivateKey.IsSet() {
		return
	}
	if _, err := tls.X509KeyPair([]byte(in.Certificate), []byte(in.PrivateKey.Reveal())); err != nil {
		v.add("upstream.ingress.certificate", "and privateKey are not a pair of PEM certificate and key",
			"write file: and the absolute path of a PEM file to both")
	}
}

func (v validator) cache(c *Cache) {
	const most = 1 << 20 * MiB
	within(v, "cache.memory.fragments", c.Memory.Fragments, MiB, most)
	within(v, "cache.memory.responses", c.Memory.Responses, MiB, most)
	v.redis(&c.Redis)
}

func (v validator) redis(r *Redis) {
	v.oneOf("cache.redis.mode", r.Mode, "single", "sentinel", "cluster")
	within(v, "cache.redis.timeout", r.Timeout, time.Millisecond, time.Second)
	v.name("cache.redis.prefix", r.Prefix)
	within(v, "cache.redis.db", r.DB, 0, 1023)
	for i, address := range r.Addresses {
		v.redisAddress(elementKey("cache.redis.addresses", i), address, r)
	}
	if len(r.Addresses) == 0 {
		return
	}
	switch {
	case r.Mode == "single" && len(r.Addresses) > 1:
		v.add("cache.redis.addresses", "names several servers for mode single", "write one, or mode: sentinel or cluster")
	case r.Mode == "sentinel" && r.Master == "":
		v.add("cache.redis.master", "is empty, but mode sentinel needs it", "write the master's name")
	case r.Mode != "sentinel" && r.Master != "":
		v.add("cache.redis.master", "has a meaning in mode sentinel alone", "remove it, or write mode: sentinel")
	case r.Mode == "cluster" && r.DB != 0:
		v.add("cache.redis.db", "a cluster has database 0 alone", "write 0")
	}
}

func (v validator) redisAddress(key, address string, r *Redis) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || !validPort(port, 1) {
		v.add(key, quote(address)+" is not an address", "write HOST:PORT, such as 127.0.0.1:6379")
		return
	}
	if !r.TLS && !r.Insecure && !isLoopback(host) {
		v.add(key, "is another machine, reached without TLS", "set cache.redis.tls: true, or cache.redis.insecure: true")
	}
}
