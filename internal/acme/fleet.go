package acme

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"timeslots/internal/acme/wire"
)

// Hosts are the four bases of a tenant's tier (docs/dexcare.md §1.1). None can be derived from another, as upstream.
type Hosts struct {
	Public     string `json:"public"`
	Ingress    string `json:"ingress"`
	Visit      string `json:"visit"`
	Scheduling string `json:"scheduling"` // hand-off pages for browsers: one that says so
}

// Hosts are the names under which a [Fleet] knows the tenant.
func (t *Tenant) Hosts() Hosts {
	name := t.options.Tenant
	if t.options.Tier == UAT {
		return Hosts{
			Public: "api.care-uat." + name + ".example.org", Ingress: "api." + name + "-uat.dexcare.example",
			Visit: "ecvapi.uat." + name + ".example.org", Scheduling: "scheduling.uat.care." + name + ".example.org",
		}
	}
	return Hosts{
		Public: "api.care." + name + ".example.org", Ingress: "api." + name + ".dexcare.example",
		Visit: "ecvapi.care." + name + ".example.org", Scheduling: "scheduling.care." + name + ".example.org",
	}
}

// Fleet is several tenants under one address, told apart by the Host header: each of a tenant's hosts serves its own
// base only. Any other host, an IP address for example, is the first tenant with all its bases.
type Fleet struct {
	tenants []*Tenant
	hosts   map[string]hostOwner
}

// hostOwner is whom a host belongs to, and as what.
type hostOwner struct {
	tenant *Tenant
	on     wire.Base
}

// NewFleet builds the tenants. No two may have the same name and tier. They share nothing, although equal seeds give
// them equal NPIs and department ids: a caller that mixes up two tenants can be caught.
func NewFleet(members ...Options) (*Fleet, error) {
	if len(members) == 0 {
		return nil, errors.New("acme: a fleet needs a tenant")
	}
	f := &Fleet{hosts: map[string]hostOwner{}}
	for _, o := range members {
		t, err := New(o)
		if err != nil {
			return nil, err
		}
		if _, taken := f.hosts[t.Hosts().Public]; taken {
			return nil, fmt.Errorf("acme: two tenants are called %s in the tier %s", t.options.Tenant, t.options.Tier)
		}
		f.add(t)
	}
	return f, nil
}

func (f *Fleet) add(t *Tenant) {
	hosts := t.Hosts()
	f.tenants = append(f.tenants, t)
	f.hosts[hosts.Public] = hostOwner{t, wire.PublicBase}
	f.hosts[hosts.Ingress] = hostOwner{t, wire.IngressBase}
	f.hosts[hosts.Visit] = hostOwner{t, wire.VisitBase}
	f.hosts[hosts.Scheduling] = hostOwner{t, wire.SchedulingBase}
}

// ServeHTTP lets the tenant answer whose host was called. GET /_acme/tenants, on any host, lists them all.
func (f *Fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == "/_acme/tenants" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		send(w, wire.JSON(http.StatusOK, f.directory()))
		return
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if p, known := f.hosts[strings.ToLower(host)]; known {
		p.tenant.serveOn(p.on, w, r)
		return
	}
	f.tenants[0].ServeHTTP(w, r)
}

type tenantDoc struct {
	Tenant string `json:"tenant"`
	Tier   string `json:"tier"`
	Seed   uint64 `json:"seed"`
	Hosts  Hosts  `json:"hosts"`
	Keys   Keys   `json:"keys"`
}

func (f *Fleet) directory() []tenantDoc {
	out := make([]tenantDoc, len(f.tenants))
	for i, t := range f.tenants {
		out[i] = tenantDoc{t.options.Tenant, t.options.Tier, t.options.Seed, t.Hosts(), t.options.Keys}
	}
	return out
}
