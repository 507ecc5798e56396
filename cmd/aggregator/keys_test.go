package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/internal/timeslot"

	"go.yaml.in/yaml/v3"
)

// seen is what a part of the service does with a configuration, as text.
type seen func(t *testing.T, s *service, cfg *config.Config) string

func show(parts ...any) string { return fmt.Sprintf("%+v", parts) }

// What each part takes from the configuration.
var (
	seesFetching seen = func(_ *testing.T, s *service, cfg *config.Config) string {
		o := s.fetchOptions(cfg)
		return show(o.Sources[timeslot.CareDirect], o.Sources[timeslot.ProviderDirect], o.Sources[timeslot.CareOptions],
			o.Sources[timeslot.Directory], o.Lookahead, o.CareOptionsKey, o.SlotsKey)
	}
	seesSearching seen = func(t *testing.T, _ *service, cfg *config.Config) string {
		limits, err := searchLimits(cfg.Search)
		if err != nil {
			t.Fatal(err)
		}
		codes := limits.PostalCodes
		limits.PostalCodes = nil
		sources := searchSources(cfg.Sources)
		return show(limits, reflect.ValueOf(codes).Pointer() != 0, sources[timeslot.CareDirect], sources[timeslot.ProviderDirect],
			sources[timeslot.CareOptions], sources[timeslot.Directory])
	}
	seesAddresses seen = func(t *testing.T, _ *service, cfg *config.Config) string {
		u, err := newUpstream(cfg.Upstream)
		if err != nil {
			t.Fatal(err)
		}
		return show(u.public, u.ingress, u.visit, u.scheduling, len(u.ingressTLS.Certificates), u.tls.RootCAs != nil)
	}
	seesLinking seen = func(_ *testing.T, _ *service, cfg *config.Config) string {
		return show(linkOptions(nil, cfg.Upstream.Scheduling))
	}
	seesPassing seen = func(_ *testing.T, s *service, cfg *config.Config) string {
		o := s.gatewayOptions(cfg)
		return show(o.APIKey, o.SlotsKey, o.CareOptionsKey, o.PartnerKeys, o.Tombstone, o.CapacityMany, o.Timeout, o.MaxBody, o.Taken)
	}
	seesSharing seen = func(_ *testing.T, s *service, cfg *config.Config) string {
		o := s.redisOptions(cfg)
		return show(o.Addresses, o.Mode, o.Master, o.Username, o.Password, o.DB, o.TLS != nil, o.Timeout, o.Prefix, o.Tenant, o.Tier)
	}
	seesTaking seen = func(_ *testing.T, s *service, cfg *config.Config) string {
		o := s.ledgerOptions(cfg)
		return show(o.Tombstone, o.Pending, o.Lease)
	}
	seesPaths seen = func(_ *testing.T, _ *service, cfg *config.Config) string {
		return show(furtherCalls(cfg.Upstream.Visit))
	}
	seesLetting seen = func(_ *testing.T, _ *service, cfg *config.Config) string { return show(doorRules(cfg)) }
	seesServing seen = func(_ *testing.T, _ *service, cfg *config.Config) string {
		return show(apiProducts(cfg.Products), slos(cfg.Products), publicTimeouts(cfg))
	}
	seesLogging seen = func(_ *testing.T, _ *service, cfg *config.Config) string {
		var out bytes.Buffer
		log, _ := newLogger(&out, cfg.Log)
		log.Debug("a line")
		log.Info("another")
		return regexp.MustCompile(`[0-9T:.Z-]{20,}`).ReplaceAllString(out.String(), "")
	}
)

// observed is for each key another value than the default, and what changes with it; or the test that shows it. Keys of
// sources stand once for all, products for one.
var observed = map[string]struct {
	value string
	seen  seen
	test  string
}{
	"listen":       {test: "TestTheDemoAnswersForAClinicianAClinicAndAnArea"},
	"admin.listen": {test: "TestTheDemoAnswersForAClinicianAClinicAndAnArea"},
	"admin.token":  {test: "TestChangingCallsNeedTheTokenOrComeFromHere"},
	"tenant":       {value: "zenith", seen: seesSharing}, "tier": {value: "uat", seen: seesSharing},
	"upstream.public.url":                {value: "https://p.example.org", seen: seesAddresses},
	"upstream.ingress.url":               {value: "https://i.example.org", seen: seesAddresses},
	"upstream.ingress.keys.careOptions":  {value: "k1", seen: seesFetching},
	"upstream.ingress.keys.slots":        {value: "k2", seen: seesFetching},
	"upstream.ingress.keys.booking":      {value: "k3", seen: seesPassing},
	"upstream.ingress.certificate":       {test: "TestTheClientCertificateIsShownToTheIngressAlone"},
	"upstream.ingress.privateKey":        {test: "TestTheClientCertificateIsShownToTheIngressAlone"},
	"upstream.visit.url":                 {value: "https://v.example.org", seen: seesAddresses, test: "TestATenantWithoutAVisitBaseHasNoneOfItsCalls"},
	"upstream.visit.paths":               {value: "POST /api/9/things/{id}/done", seen: seesPaths},
	"upstream.scheduling.url":            {value: "https://s.example.org", seen: seesAddresses},
	"upstream.scheduling.brand":          {value: "acme", seen: seesLinking},
	"upstream.scheduling.links.retail":   {value: "/r?s={slotDateTime}", seen: seesLinking},
	"upstream.scheduling.links.provider": {value: "/p?s={slotDateTime}", seen: seesLinking},
	"upstream.ca":                        {test: "TestTheIngressIsAskedWithOurCertificateAndItsAuthorityIsTrusted"},
	"upstream.insecure":                  {test: "TestKeysThatAllowWhatTheCheckRefuses"},
	"sources.careDirect.capacity":        {value: "many", seen: seesPassing},
	"sources.*.enabled":                  {value: "false", seen: seesSearching},
	"sources.*.version":                  {value: "", seen: seesSearching}, // another one of the source's own
	"sources.*.timeout":                  {value: "1s", seen: seesFetching},
	"sources.*.concurrency":              {value: "7", seen: seesFetching},
	"sources.*.ratePerSecond":            {value: "7", seen: seesFetching},
	"sources.*.hedgeAfter":               {value: "70ms", seen: seesFetching},
	"sources.*.breaker.window":           {value: "7s", seen: seesFetching},
	"sources.*.breaker.minRequests":      {value: "7", seen: seesFetching},
	"sources.*.breaker.failureRatio":     {value: "0.7", seen: seesFetching},
	"sources.*.breaker.openFor":          {value: "7s", seen: seesFetching},
	"sources.*.breaker.halfOpen":         {value: "7", seen: seesFetching},
	"sources.*.fresh":                    {value: "7s", seen: seesSearching},
	"sources.*.stale":                    {value: "7s", seen: seesSearching},
	"sources.*.staleOnError":             {value: "7s", seen: seesSearching},
	"sources.*.negative":                 {value: "7s", seen: seesSearching},
	"sources.*.maxBody":                  {value: "7KiB", seen: seesFetching},
	"cache.memory.fragments":             {test: "TestAContainerOf256MiBIsNotKilledHoweverMuchIsAsked"},
	"cache.memory.responses":             {test: "TestAContainerOf256MiBIsNotKilledHoweverMuchIsAsked"},
	"cache.redis.addresses":              {value: "127.0.0.1:7", seen: seesSharing},
	"cache.redis.mode":                   {value: "cluster", seen: seesSharing},
	"cache.redis.master":                 {value: "clinic", seen: seesSharing},
	"cache.redis.username":               {value: "u", seen: seesSharing},
	"cache.redis.password":               {value: "p", seen: seesSharing},
	"cache.redis.db":                     {value: "7", seen: seesSharing},
	"cache.redis.tls":                    {value: "true", seen: seesSharing},
	"cache.redis.insecure":               {test: "TestKeysThatAllowWhatTheCheckRefuses"},
	"cache.redis.timeout":                {value: "70ms", seen: seesSharing},
	"cache.redis.prefix":                 {value: "seven", seen: seesSharing},
	"search.budget":                      {value: "700ms", seen: seesServing},
	"search.window":                      {value: "7d", seen: seesSearching},
	"search.maxWindow":                   {value: "70d", seen: seesSearching},
	"search.maxProviders":                {value: "7", seen: seesSearching},
	"search.maxDepartments":              {value: "7", seen: seesSearching},
	"search.pointPrecision":              {value: "1", seen: seesSearching},
	"search.areaSlack":                   {value: "0.5", seen: seesSearching},
	"search.postalCodes":                 {test: "TestAPostalCodeOfTheTableIsItsPoint"},
	"booking.timeout":                    {value: "7s", seen: seesPassing},
	"booking.maxBody":                    {value: "7KiB", seen: seesPassing},
	"booking.tombstone":                  {value: "70m", seen: seesTaking},
	"booking.lease":                      {value: "70ms", seen: seesTaking},
	"booking.checkAge":                   {test: "TestAChosenSlotIsCheckedThroughTheService"},
	"booking.taken":                      {value: "[{status: 422, text: Gone}]", seen: seesPassing, test: "TestNoAnswerMeansTakenWhereTheListIsEmpty"},
	"access.keys":                        {value: "a-key", seen: seesPassing},
	"products.flushot.ranking":           {value: "balanced", seen: seesServing},
	"products.flushot.budget":            {value: "700ms", seen: seesServing},
	"products.flushot.priority":          {value: "7", seen: seesLetting},
	"products.flushot.maxAge":            {value: "7s", seen: seesServing},
	"products.flushot.slo.latency":       {value: "700ms", seen: seesServing},
	"products.flushot.slo.objective":     {value: "0.7", seen: seesServing},
	"products.flushot.aliases":           {value: "healthconnect-iOS", seen: seesServing},
	"products.flushot.warm":              {test: "TestACampaignsQueryIsWarmBeforeAnybodyAsks"},
	"limits.inFlight":                    {value: "7", seen: seesLetting},
	"limits.perClientPerSecond":          {test: "TestALimitForEachClientIsSaidToTakeTheLongWay"},
	"limits.perClientBurst":              {value: "7", seen: seesLetting},
	"limits.secretsPerClientPerMinute":   {value: "7", seen: seesLetting},
	"limits.trustedProxies":              {value: "10.0.0.0/8", seen: seesLetting},
	"cors.origins":                       {value: "https://a.example.org", seen: seesLetting},
	"pages.enabled":                      {test: "TestPagesAreThereWhereTheyAreWanted"},
	"shutdown.delay":                     {test: "TestARollingRestartUnderLoadLosesNoRequest"},
	"shutdown.grace":                     {test: "TestABookingInFlightOutlivesTheGraceOfReads"},
	"log.level":                          {value: "debug", seen: seesLogging},
	"log.format":                         {value: "text", seen: seesLogging},
	"tracing.endpoint":                   {test: "TestATraceShowsWhereAColdSearchSpentItsTime"},
	"tracing.ratio":                      {test: "TestATraceShowsWhereAColdSearchSpentItsTime"},
}

// versionOf is another version than each source's default.
var versionOf = map[string]string{"careDirect": "v1", "providerDirect": "both", "directory": "v1"}

// keysOf are all keys of a configuration as it is printed; of the products one stands for all.
func keysOf(section map[string]any, at string) (keys []string) {
	for name, value := range section {
		below, deeper := value.(map[string]any)
		switch {
		case at == "products." && name != "flushot":
		case deeper:
			keys = append(keys, keysOf(below, at+name+".")...)
		default:
			keys = append(keys, at+name)
		}
	}
	return keys
}

// variable is the environment's name of a key.
func variable(key string) string {
	return "AGGREGATOR_" + strings.ToUpper(strings.ReplaceAll(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(key, "${1}_$2"), ".", "_"))
}

func TestEveryKeyOfTheConfigurationChangesSomething(t *testing.T) {
	s := quietService(t, `admin: {listen: 127.0.0.1:0}`)
	base := map[string]string{ // what other keys need to be allowed
		"AGGREGATOR_TENANT": "acme", "AGGREGATOR_UPSTREAM_PUBLIC_URL": "http://127.0.0.1:1", "AGGREGATOR_UPSTREAM_INGRESS_URL": "http://127.0.0.1:1",
		"AGGREGATOR_BOOKING_TOMBSTONE": "60m", "AGGREGATOR_LIMITS_PER_CLIENT_PER_SECOND": "1", "AGGREGATOR_LIMITS_PER_CLIENT_BURST": "1",
	}
	load := func(key, value string) *config.Config {
		environ := maps.Clone(base)
		if key == "cache.redis.master" {
			environ["AGGREGATOR_CACHE_REDIS_MODE"] = "sentinel"
		}
		if key != "" {
			environ[variable(key)] = value
		}
		var list []string
		for name, value := range environ {
			list = append(list, name+"="+value)
		}
		cfg, err := config.Load("", list)
		if err != nil {
			t.Fatalf("%s: %s: %v", key, value, err)
		}
		return cfg
	}
	tests := textOf(t, true, "*.go", "internal/config/*.go")
	var printed bytes.Buffer
	if err := load("", "").WriteYAML(&printed); err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(printed.Bytes(), &tree); err != nil {
		t.Fatal(err)
	}
	keys := keysOf(tree, "")
	if len(keys) < 100 {
		t.Fatalf("%d keys", len(keys))
	}
	for _, key := range keys {
		name, source := key, ""
		if parts := strings.SplitN(key, ".", 3); parts[0] == "sources" && parts[2] != "capacity" {
			source, name = parts[1], "sources.*."+parts[2]
		}
		entry, there := observed[name]
		if !there || entry.seen == nil && entry.test == "" {
			t.Errorf("%s is in no entry of observed: say what it changes", key)
			continue
		}
		if entry.test != "" && !strings.Contains(tests, "\nfunc "+entry.test+"(") {
			t.Errorf("%s: there is no test %s", key, entry.test)
		}
		if entry.seen == nil {
			continue
		}
		value := entry.value
		if value == "" {
			value = versionOf[source]
		}
		before := entry.seen(t, s, load("", ""))
		if again := entry.seen(t, s, load("", "")); again != before {
			t.Errorf("%s: without a change, %s becomes %s", key, before, again)
		}
		if after := entry.seen(t, s, load(key, value)); after == before {
			t.Errorf("%s: %s changes nothing of %s", key, value, after)
		}
	}
}

// Keys that do nothing but let others pass the check.
func TestKeysThatAllowWhatTheCheckRefuses(t *testing.T) {
	for key, refused := range map[string]string{
		"AGGREGATOR_UPSTREAM_INSECURE":    "AGGREGATOR_UPSTREAM_PUBLIC_URL=http://public.example.org",
		"AGGREGATOR_CACHE_REDIS_INSECURE": "AGGREGATOR_CACHE_REDIS_ADDRESSES=redis.example.org:6379",
	} {
		environ := []string{"AGGREGATOR_UPSTREAM_PUBLIC_URL=https://p.example.org", "AGGREGATOR_UPSTREAM_INGRESS_URL=https://i.example.org"}
		if strings.HasPrefix(refused, "AGGREGATOR_UPSTREAM_PUBLIC_URL") {
			environ = environ[1:]
		}
		environ = append(environ, refused)
		if _, err := config.Load("", environ); err == nil {
			t.Errorf("%s is allowed", refused)
		}
		if _, err := config.Load("", append(environ, key+"=true")); err != nil {
			t.Errorf("%s does not allow it: %v", key, err)
		}
	}
}

func TestPagesAreThereWhereTheyAreWanted(t *testing.T) {
	for more, want := range map[string]int{"": http.StatusNotFound, "pages: {enabled: true}\n": http.StatusOK} {
		s := startService(t, served("127.0.0.1:1")+more)
		if r := get(t, s.public+"/flu-shot"); r.status != want {
			t.Errorf("%q: %d, want %d", more, r.status, want)
		}
	}
}

func TestALimitForEachClientIsSaidToTakeTheLongWay(t *testing.T) {
	for more, want := range map[string]bool{"": false, "limits: {perClientPerSecond: 1000, perClientBurst: 1000}\n": true} {
		s := startService(t, served("127.0.0.1:1")+more)
		if said := strings.Contains(s.err.String(), "limits.perClientPerSecond"); said != want {
			t.Errorf("%q: said %v", more, said)
		}
	}
}
