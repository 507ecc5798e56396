package rig

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Configuration is that of a replica on free ports, before a tenant. The settings are top-level sections ("NAME: …"),
// which replace or add to what every test wants; the last of a name holds.
func Configuration(tenant string, settings ...string) string {
	sections := map[string]string{}
	for _, section := range slices.Concat([]string{
		"listen: 127.0.0.1:0", "admin: {listen: 127.0.0.1:0}", "tenant: acme", "tier: prd", "log: {level: error}", Upstream(tenant),
	}, settings) {
		name, _, _ := strings.Cut(section, ":")
		sections[name] = section + "\n"
	}
	return strings.Join(slices.Sorted(maps.Values(sections)), "")
}

// Upstream is the section that says where a tenant is, and with which keys it is asked. More lines may be added.
func Upstream(tenant string) string {
	return fmt.Sprintf("upstream:\n  public: {url: %[1]q}\n  visit: {url: %[1]q}\n"+
		"  ingress: {url: %[1]q, keys: {careOptions: acme-care-options, slots: acme-slots, booking: acme-booking}}", tenant)
}
