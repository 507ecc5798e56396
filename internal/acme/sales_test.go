package acme

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// selling is a tenant with a plan of sales, and its clock.
func selling(t testing.TB, plan string, options ...func(*Options)) (*Tenant, *clock) {
	t.Helper()
	p, err := ParseSalesPlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	return clockedTenant(t, append(options, func(o *Options) { o.Sales = p })...)
}

func soldAt(list []Sold, clinic string) (out []Sold) {
	for _, s := range list {
		if s.DepartmentURLName == clinic {
			out = append(out, s)
		}
	}
	return out
}

const elsewhere = 20 * time.Hour // long enough that counts are near their means

func TestSalesElsewhereKeepToTheirRates(t *testing.T) {
	tenant, clock := selling(t, "rate=0.06,hot=AcmeRiverton:0.5")
	clock.advance(elsewhere)
	all := tenant.SoldSince(time.Time{})
	hot := len(soldAt(all, "AcmeRiverton"))
	for name, c := range map[string]struct {
		got  int
		mean float64
	}{
		"at the hot clinic": {hot, 0.5 * elsewhere.Minutes()},
		"at the others":     {len(all) - hot, 0.06 * elsewhere.Minutes() * float64(len(tenant.Departments())-1)},
	} {
		if math.Abs(float64(c.got)-c.mean) > 4*math.Sqrt(c.mean) { // four standard deviations of a Poisson count
			t.Errorf("%s: %d sold, want about %.0f", name, c.got, c.mean)
		}
	}
	if later := tenant.SoldSince(all[9].At); len(later) != len(all)-10 || !slices.IsSortedFunc(all, func(a, b Sold) int { return a.At.Compare(b.At) }) {
		t.Errorf("%d of %d after the tenth, or they are not in order", len(later), len(all))
	}
}

// The mean of how many free starts of the clinic were passed over.
func TestNearerSlotsSellSooner(t *testing.T) {
	mean := func(lead string) float64 {
		tenant, clock := selling(t, "rate=0,hot=AcmeRiverton:0.5,lead="+lead)
		var passed, sales float64
		for range 2 * 60 {
			before := freeStarts(tenant, "AcmeRiverton")
			seen := clock.now()
			clock.advance(time.Minute)
			for _, s := range tenant.SoldSince(seen) {
				passed += float64(max(0, slices.IndexFunc(before, func(at time.Time) bool { return at.Equal(s.Start) })))
				sales++
			}
		}
		return passed / sales
	}
	near, far := mean("2"), mean("40")
	if near < 0.8 || near > 3 || far < 28 || far > 52 {
		t.Errorf("with a lead of 2 sales are %.1f starts ahead, with 40 %.1f", near, far)
	}
	if hours := mean("240h"); hours < 2*far {
		t.Errorf("with ten days sales are %.1f starts ahead", hours)
	}
}

// freeStarts are the clinic's, ascending, each once.
func freeStarts(tenant *Tenant, clinic string) (out []time.Time) {
	for _, d := range tenant.Departments() {
		if d.URLName != clinic {
			continue
		}
		for _, npi := range d.NPIs {
			for _, s := range tenant.Slots(npi) {
				if s.DepartmentURLName == clinic && s.Bookable {
					out = append(out, s.Start)
				}
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

func TestABurstSellsManyAtOnce(t *testing.T) {
	tenant, clock := selling(t, "rate=0,burst=7@30m")
	clock.advance(3 * time.Hour)
	bursts := map[string]int{}
	for _, s := range tenant.SoldSince(time.Time{}) {
		bursts[s.DepartmentURLName+s.At.String()]++
	}
	mean := 6 * float64(len(tenant.Departments()))
	if math.Abs(float64(len(bursts))-mean) > 4*math.Sqrt(mean) {
		t.Errorf("%d bursts, want about %.0f", len(bursts), mean)
	}
	for name, n := range bursts {
		if n != 7 {
			t.Errorf("%s: %d at once", name, n)
		}
	}
}

func TestAShareOfWhatWasSoldComesBack(t *testing.T) {
	tenant, clock := selling(t, "rate=0.1,release=0.3@10m")
	clock.advance(4 * time.Hour)
	all := tenant.SoldSince(time.Time{})
	var back int
	for _, s := range all {
		if s.Released != nil {
			back++
		}
	}
	if got := float64(back) / float64(len(all)); got < 0.24 || got > 0.34 { // those of the last minutes are still to come
		t.Errorf("%.2f of %d came back", got, len(all))
	}
	i := slices.IndexFunc(all, func(s Sold) bool { return s.Released != nil && s.Start.After(clock.now()) })
	j := slices.IndexFunc(all, func(s Sold) bool { return s.Released == nil && s.Start.After(clock.now()) })
	_, truths := tenant.Truths([]SlotRef{{SlotID: all[i].SlotID}, {SlotID: all[j].SlotID}})
	if truths[1].Free || truths[1].Why != "elsewhere" || !truths[1].Since.Equal(all[j].At) {
		t.Errorf("one that stays sold: %+v, sold at %v", truths[1], all[j].At)
	}
	if truths[0].Why == "elsewhere" && truths[0].Since.Equal(all[i].At) {
		t.Errorf("one that came back: %+v", truths[0])
	}
}

func TestASlotSoldElsewhereIsOnNoSurfaceAndCannotBeBooked(t *testing.T) {
	for lag, want := range map[time.Duration][]string{0: nil, 10 * time.Minute: everywhere} {
		tenant, clock := clockedTenant(t, func(o *Options) { o.BookingLag = lag })
		slots := retailSlots(t, tenant)
		plan, _ := ParseSalesPlan("rate=0,hot=AcmeRiverton:120,lead=0")
		if err := tenant.SetSales(plan); err != nil {
			t.Fatal(err)
		}
		clock.advance(10 * time.Second)
		sold := tenant.SoldSince(time.Time{})
		i := slices.IndexFunc(slots, func(slot any) bool { // Care Direct lists one of the clinic's visit types
			return slices.ContainsFunc(sold, func(s Sold) bool { return at(slot, "id") == s.SlotID })
		})
		if i < 0 {
			t.Fatalf("none of %d sold slots was listed before", len(sold))
		}
		same(t, want, listed(t, tenant, slots[i]), "lag", lag)
		if w := call(tenant, "POST", retailPath, retailBody(t, "A", slots[i])); w.Code != 409 || !strings.Contains(w.Body.String(), "SlotUnavailable") {
			t.Errorf("a booking: %d %s", w.Code, w.Body)
		}
		clock.advance(lag)
		same(t, []string(nil), listed(t, tenant, slots[i]), "after the lag", lag)
	}
}

func TestSalesFollowFromTheSeedHoweverOftenSomebodyAsks(t *testing.T) {
	run := func(seed int, steps ...time.Duration) []Sold {
		tenant, clock := selling(t, fmt.Sprintf("rate=0.2,burst=3@1h,release=0.2@5m,seed=%d", seed))
		for _, step := range steps {
			clock.advance(step)
			get(t, tenant, "/v2/departments/AcmeRiverton/timeslots")
		}
		return tenant.SoldSince(time.Time{})
	}
	once := run(7, 2*time.Hour)
	if d := cmp.Diff(once, run(7, time.Second, time.Hour, time.Minute, 59*time.Minute-time.Second)); d != "" {
		t.Errorf("other sales when asked more often:\n%s", d)
	}
	if cmp.Equal(once, run(8, 2*time.Hour)) {
		t.Error("two seeds, the same sales")
	}
}

func TestTheTruthOfASlot(t *testing.T) {
	tenant, clock := clockedTenant(t)
	slot := retailSlots(t, tenant)[0]
	start, _ := time.Parse(time.RFC3339, at(slot, "slotDateTime").(string))
	ref := SlotRef{
		NPI: at(slot, "providerNationalId").(string), DepartmentURLName: "AcmeRiverton", VisitTypeID: at(slot, "visitTypeId").(string), Start: start,
	}
	busy, unknown := ref, ref
	busy.Start, unknown.NPI = start.Add(time.Minute), "9000000000"
	ask := func() (answer struct{ Slots []SlotTruth }) {
		body, _ := json.Marshal(map[string]any{"slots": []SlotRef{ref, busy, unknown}})
		w := call(tenant, "POST", "/_acme/free", body)
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Slots) != 3 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return answer
	}
	if got := ask().Slots; !got[0].Free || got[1].Why != "never" || got[2].Why != "unknown" {
		t.Errorf("at first: %+v", got)
	}
	call(tenant, "POST", retailPath, retailBody(t, "A", slot))
	if got := ask().Slots[0]; got.Free || got.Why != "booked" || !got.Since.Equal(Monday) {
		t.Errorf("booked: %+v", got)
	}
	clock.advance(start.Sub(Monday) + time.Hour)
	if got := ask().Slots[0]; got.Free || got.Since == nil {
		t.Errorf("past: %+v", got)
	}
}

func TestPlansOfSalesAreSetAndBadOnesSayHowToDoBetter(t *testing.T) {
	tenant := newTenant(t)
	plan := `{"rate":0.06,"hot":{"AcmeRiverton":6},"lead":"36h0m0s","bursts":{"every":"10m0s","size":5},"releases":{"share":0.1,"after":"15m0s"},"seed":7}`
	for _, body := range []string{plan, `{"rate":0,"lead":"8","seed":1}`} {
		if w := call(tenant, "PUT", "/_acme/sales", []byte(body)); w.Code != 200 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
		if w := call(tenant, "GET", "/_acme/sales", nil); strings.TrimSpace(w.Body.String()) != body {
			t.Errorf("put %s, got %s", body, w.Body)
		}
	}
	for body, want := range map[string]string{
		`{"rate":-1}`:                     "rate: -1 is not within 0…600",
		`{"hot":{"Nowhere":1}}`:           "such as",
		`{"speed":1}`:                     "there are rate, hot",
		`{"lead":"soon"}`:                 "such as 8",
		`{"bursts":{"every":"10m"}}`:      "want a size within 1…1000",
		`{"bursts":{"every":"often"}}`:    "write one such as 10m",
		`{"releases":{"share":2}}`:        "want a share within 0…1",
		`{"hot":{"AcmeRiverton":100000}}`: "hot: AcmeRiverton: 100000 is not within",
	} {
		if w := call(tenant, "PUT", "/_acme/sales", []byte(body)); w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s, want %q", body, w.Code, w.Body, want)
		}
	}
	for text, want := range map[string]string{
		"rate": "want name=value", "rate=x": "is no number", "hot=AcmeRiverton": "CLINIC:RATE", "burst=5": "such as 5@10m", "warm=1": "there are rate",
	} {
		if _, err := ParseSalesPlan(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
