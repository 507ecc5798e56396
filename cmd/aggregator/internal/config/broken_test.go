package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBrokenFilesSayWhatIsWrongAndHowToPutItRight(t *testing.T) {
	for name, tt := range map[string]struct {
		text    string // after what a valid file needs, from line 5 on
		environ []string
		want    []string
	}{
		"an unknown key": {text: "sorces: {}", want: []string{
			`f.yaml:5: sorces: unknown key; did you mean sources?`,
		}},
		"a key of another section": {text: "sources:\n  providerDirect:\n    capacity: many", want: []string{
			`f.yaml:7: sources.providerDirect.capacity: unknown key; known here: breaker, concurrency, enabled, fresh, hedgeAfter, maxBody, negative, ratePerSecond, stale, staleOnError, timeout, version`,
		}},
		"a prefix that no key of Redis can have": {text: `cache: {redis: {prefix: "a:b"}}`, want: []string{
			`f.yaml:5: cache.redis.prefix: "a:b" is not allowed; write 1 to 64 letters, digits, dots, underscores or hyphens`,
		}},
		"keys of earlier releases that have one value": {text: "sources: {directory: {enabled: false}, careOptions: {version: v2}}", want: []string{
			`f.yaml:5: sources.careOptions.version: can only be v1; leave the key out`,
			`f.yaml:5: sources.directory.enabled: can only be true; leave the key out`,
		}},
		"a duration without a unit": {text: "search:\n  budget: 800", want: []string{
			`f.yaml:6: search.budget: holds a number; write a number with its unit, such as 250ms, 15s, 10m, 1h or 14d`,
		}},
		"a word for a duration": {text: "shutdown: {grace: soon}", want: []string{
			`f.yaml:5: shutdown.grace: "soon" cannot be read; write a number with its unit, such as 250ms, 15s, 10m, 1h or 14d`,
		}},
		"a decimal size": {text: "cache: {memory: {fragments: 1GB}}", want: []string{
			`f.yaml:5: cache.memory.fragments: "1GB" cannot be read; write a whole number with B, KiB, MiB or GiB, such as 256MiB`,
		}},
		"a text for a truth value": {text: `pages: {enabled: "yes"}`, want: []string{
			`f.yaml:5: pages.enabled: holds a text; write true or false`,
		}},
		"a number for a text": {text: "tenant: 42", want: []string{
			`f.yaml:5: tenant: holds a number where a text belongs; put it into quotes`,
		}},
		"a value for a section": {text: "cache: none", want: []string{
			`f.yaml:5: cache: holds a text; write a section with keys`,
		}},
		"a value for a list": {text: "cors: {origins: https://www.example.org}", want: []string{
			`f.yaml:5: cors.origins: holds a text; write a list: [a, b]`,
		}},
		"a tier that does not exist": {text: "tier: prod", want: []string{
			`f.yaml:5: tier: "prod" is not one of them; write uat, prd`,
		}},
		"a version that the source does not have": {text: "sources: {careDirect: {version: v5}}", want: []string{
			`f.yaml:5: sources.careDirect.version: "v5" is not one of them; write v2, v1`,
		}},
		"a negative duration": {text: "sources: {directory: {fresh: -1s}}", want: []string{
			`f.yaml:5: sources.directory.fresh: -1s is out of range; write 0s to 3660d`,
		}},
		"a breaker that never closes": {text: "sources: {careOptions: {breaker: {halfOpen: 0, failureRatio: 1.5}}}", want: []string{
			`f.yaml:5: sources.careOptions.breaker.failureRatio: 1.5 is out of range; write more than 0, at most 1`,
			`f.yaml:5: sources.careOptions.breaker.halfOpen: 0 is out of range; write 1 to 1000`,
		}},
		"plain HTTP to another machine": {text: "tracing: {endpoint: x}",
			environ: []string{"AGGREGATOR_UPSTREAM_VISIT_URL=http://ecvapi.example.org"},
			want: []string{
				`environment: AGGREGATOR_UPSTREAM_VISIT_URL (upstream.visit.url): sends requests of patients over http:// to another machine; write https://, or set upstream.insecure: true`,
				`f.yaml:5: tracing.endpoint: "x" is not an http or https URL; write scheme, host and at most a path, such as https://api.care.example.org`,
			}},
		"a base that a source needs": {environ: []string{"AGGREGATOR_UPSTREAM_INGRESS_URL="}, want: []string{
			`environment: AGGREGATOR_UPSTREAM_INGRESS_URL (upstream.ingress.url): is empty, but sources.providerDirect reads from it; write the base URL, or set sources.providerDirect.enabled: false`,
		}},
		"a Redis elsewhere without TLS": {text: "cache:\n  redis:\n    addresses:\n      - 127.0.0.1:6379\n      - redis.example.org:6379", want: []string{
			`f.yaml:9: cache.redis.addresses[1]: is another machine, reached without TLS; set cache.redis.tls: true, or cache.redis.insecure: true`,
			`f.yaml:7: cache.redis.addresses: names several servers for mode single; write one, or mode: sentinel or cluster`,
		}},
		"sentinels without a master": {text: `cache: {redis: {mode: sentinel, addresses: ["127.0.0.1:26379"]}}`, want: []string{
			`f.yaml:5: cache.redis.master: is empty, but mode sentinel needs it; write the master's name`,
		}},
		"a window wider than the widest": {text: "search:\n  window: 100d\n  maxWindow: 36h", want: []string{
			`f.yaml:7: search.maxWindow: 36h is not a number of days; write 1d to 3660d`,
			`f.yaml:6: search.window: 100d is more than search.maxWindow, 36h; lower it, or raise search.maxWindow`,
		}},
		"a check's copy of no age": {text: "booking: {checkAge: 0s}", want: []string{
			`f.yaml:5: booking.checkAge: 0s is out of range; write 1ms to 1m`}},
		"a tombstone shorter than a servable copy": {text: "booking: {tombstone: 11m}", want: []string{
			`f.yaml:5: booking.tombstone: 11m is less than 11m2s, the age of the oldest copy that sources.careDirect can serve (timeout + fresh + stale + staleOnError); write 11m2s and upstream's own lag or more, or lower sources.careDirect.staleOnError`,
		}},
		"an answer that means taken whatever it says": {text: "booking: {taken: [{status: 200}]}", want: []string{
			`f.yaml:5: booking.taken[0].status: 200 is out of range; write 400 to 499`,
			`f.yaml:5: booking.taken[0].text: is empty, so every such answer would hide a slot; write a text that only these answers contain`,
		}},
		"a product with a name that no request can send": {text: "products: {flu shot: {}, other: {}}", want: []string{
			`f.yaml:5: products.flu shot: "flu shot" is not allowed; write 1 to 64 letters, digits, dots, underscores or hyphens`,
			`f.yaml:5: products.other: is what unknown products are counted as; choose another name`,
		}},
		"a product that promises everything": {text: "products:\n  flushot:\n    ranking: best\n    priority: 10\n    slo: {objective: 1}", want: []string{
			`f.yaml:7: products.flushot.ranking: "best" is not one of them; write soonest, nearest, balanced`,
			`f.yaml:8: products.flushot.priority: 10 is out of range; write 0 to 9`,
			`f.yaml:9: products.flushot.slo.objective: 1 is out of range; write more than 0 and less than 1`,
		}},
		"a campaign that ends before it begins": {text: `products: {flushot: {warm: [{from: tomorrow, every: 10ms, query: ""}, {from: "2026-11-02T00:00:00Z", until: "2026-11-01T00:00:00Z", every: 10s, query: "npi=1&product=x"}]}}`, want: []string{
			`f.yaml:5: products.flushot.warm[0].from: is not an instant; write a date, a time and an offset, such as 2026-11-01T06:00:00-08:00`,
			`f.yaml:5: products.flushot.warm[0].every: 10ms is out of range; write 1s to 1d`,
			`f.yaml:5: products.flushot.warm[0].query: is not a query; write what follows the "?" of GET /v1/timeslots, without spaces`,
			`f.yaml:5: products.flushot.warm[1].until: is not after from; write a later instant, or leave it empty`,
			`f.yaml:5: products.flushot.warm[1].query: names a product; remove it: the query runs for the product that it stands under`,
		}},
		"limits that refuse everybody": {text: "limits: {perClientPerSecond: 5, trustedProxies: [10.0.0.1, 10.1.0.0/8]}", want: []string{
			`f.yaml:5: limits.perClientBurst: is 0, so that limits.perClientPerSecond would refuse everybody; write 1 or more`,
			`f.yaml:5: limits.trustedProxies[0]: "10.0.0.1" is not a CIDR; write an address and its prefix length, such as 10.0.0.0/8 or 10.1.2.3/32`,
			`f.yaml:5: limits.trustedProxies[1]: "10.1.0.0/8" has bits beyond its prefix length; write 10.0.0.0/8`,
		}},
		"origins that browsers do not send": {text: `cors: {origins: ["*", "https://*.example.org", "https://www.example.org/"]}`, want: []string{
			`f.yaml:5: cors.origins[0]: stands beside other origins; write * alone, or the origins alone`,
			`f.yaml:5: cors.origins[1]: "https://*.example.org" is not an exact origin; write scheme://host or scheme://host:port in lower case, as browsers send it`,
			`f.yaml:5: cors.origins[2]: "https://www.example.org/" is not an exact origin; write scheme://host or scheme://host:port in lower case, as browsers send it`,
		}},
		"one address for both listeners": {text: "listen: localhost:http\nadmin: {listen: \"localhost:http\"}", want: []string{
			`f.yaml:5: listen: "localhost:http" is not an address; write HOST:PORT, such as 127.0.0.1:8080 or :8080; port 0 takes any free one`,
			`f.yaml:6: admin.listen: "localhost:http" is not an address; write HOST:PORT, such as 127.0.0.1:8080 or :8080; port 0 takes any free one`,
		}},
		"a secret that no header can carry": {text: `admin: {token: "two words"}`, want: []string{
			`f.yaml:5: admin.token: has a space, a line break or a character that no header can carry; write printable ASCII alone`,
		}},
		"files that cannot be read": {text: "admin: {token: \"file:/nowhere/token\"}\naccess: {keys: [\"file:relative\", \"file:/\"]}", want: []string{
			`f.yaml:5: admin.token: cannot read /nowhere/token: no such file or directory; check that the file exists and that this process may read it`,
			`f.yaml:6: access.keys[0]: names a file by a relative path; write file: and an absolute path, such as file:/run/secrets/token`,
			`f.yaml:6: access.keys[1]: cannot read /: not a regular file; check that the file exists and that this process may read it`,
		}},
		"certificates that are paths": {environ: []string{"AGGREGATOR_UPSTREAM_CA=/etc/ca.pem", "AGGREGATOR_UPSTREAM_INGRESS_CERTIFICATE=/etc/client.pem"},
			want: []string{
				`environment: AGGREGATOR_UPSTREAM_CA (upstream.ca): holds no PEM certificate; write file: and the absolute path of a PEM file`,
				`environment: AGGREGATOR_UPSTREAM_INGRESS_CERTIFICATE (upstream.ingress.certificate): and privateKey are not a pair of PEM certificate and key; write file: and the absolute path of a PEM file to both`,
			}},
		"a table of postal codes with a hole": {environ: []string{"AGGREGATOR_SEARCH_POSTAL_CODES=zip,lat,lon\n98101,47.61,-122.33\n98102,,"},
			want: []string{
				`environment: AGGREGATOR_SEARCH_POSTAL_CODES (search.postalCodes): is not the table wanted: line 3: want five digits and a point in degrees, such as 98101,47.61,-122.33; write file: and the absolute path of a CSV with the columns zip,latitude,longitude`,
			}},
		"links that lead elsewhere or name what nobody knows": {environ: []string{
			"AGGREGATOR_UPSTREAM_SCHEDULING_LINKS_RETAIL=//evil.example", "AGGREGATOR_UPSTREAM_SCHEDULING_LINKS_PROVIDER=/a?x={patient}",
			"AGGREGATOR_UPSTREAM_SCHEDULING_URL=https://a\"b.example",
		},
			want: []string{
				`environment: AGGREGATOR_UPSTREAM_SCHEDULING_URL (upstream.scheduling.url): "https://a\"b.example" is not an http or https URL; write scheme, host and at most a path, such as https://api.care.example.org`,
				`environment: AGGREGATOR_UPSTREAM_SCHEDULING_LINKS_RETAIL (upstream.scheduling.links.retail): has to begin with one slash: a path below upstream.scheduling.url; write a path such as /retail?timeSlot={slotDateTime}&departmentUrlName={departmentUrlName}&brand={brand}`,
				`environment: AGGREGATOR_UPSTREAM_SCHEDULING_LINKS_PROVIDER (upstream.scheduling.links.provider): has "{patient", which is none of the values that there are: slotDateTime, departmentUrlName, departmentIdentifier, ehrInstance, departmentId, npi, visitTypeId, visitTypeName, brand; write a path such as /retail?timeSlot={slotDateTime}&departmentUrlName={departmentUrlName}&brand={brand}`,
			}},
		"variables that nobody knows": {text: "products: {a-b: {}, a_b: {}}",
			environ: []string{"AGGREGATOR_LISTN=:8080", "AGGREGATOR_SOURCES_DIRECTORY_ENABLED=false", "AGGREGATOR_SEARCH_MAX_PROVIDERS=many", "AGGREGATOR_PRODUCTS_A_B_PRIORITY=1"},
			want: []string{
				`environment: AGGREGATOR_LISTN: unknown variable; did you mean AGGREGATOR_LISTEN?`,
				`environment: AGGREGATOR_PRODUCTS_A_B_PRIORITY: could mean either of two products; set it in the file`,
				`environment: AGGREGATOR_SOURCES_DIRECTORY_ENABLED: unknown variable; did you mean AGGREGATOR_SOURCES_DIRECTORY_STALE?`,
				`environment: AGGREGATOR_SEARCH_MAX_PROVIDERS (search.maxProviders): "many" cannot be read; write a whole number`,
			}},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.TrimSuffix(strings.TrimPrefix(minimal, "\n"), "\n") + "\n#\n" + tt.text + "\n"
			_, err := LoadBytes("f.yaml", []byte(text), tt.environ)
			if err == nil {
				t.Fatal("was accepted")
			}
			if d := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); d != "" {
				t.Errorf("messages (-want +got):\n%s", d)
			}
		})
	}
}
