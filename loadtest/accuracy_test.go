package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/acme"
	"timeslots/test/rig"
)

// frozen stands for a service that goes on showing what was free at first. Its checks and its bookings know the truth.
type frozen struct {
	tenant *acme.Tenant
	mu     sync.Mutex
	shown  map[string][]map[string]any // by clinic and visit type
}

func (f *frozen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /v1/timeslots":
		w.Header().Set("Cache-Status", "timeslots; hit; ttl=3")
		_ = json.NewEncoder(w).Encode(map[string]any{"timeslots": f.offers(r)})
	case "POST /v1/timeslots/check":
		var question struct{ Slots []acme.SlotRef }
		_ = json.NewDecoder(r.Body).Decode(&question)
		status := "available"
		if _, truths := f.tenant.Truths(question.Slots); !truths[0].Free {
			status = "gone"
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"slots": []any{map[string]any{"status": status}}})
	case "GET /metrics":
		_, _ = io.WriteString(w, "\naggregator_offer_accuracy_ratio{product=\"findadoctor\",source=\"careDirect\",tenant=\"acme\"} 0.75\n")
	default:
		var b struct{ VisitDetails struct{ SlotID string } }
		_ = json.NewDecoder(r.Body).Decode(&b)
		var ref acme.SlotRef
		_ = json.Unmarshal([]byte(b.VisitDetails.SlotID), &ref)
		if _, truths := f.tenant.Truths([]acme.SlotRef{ref}); !truths[0].Free {
			w.WriteHeader(http.StatusConflict)
		}
	}
}

func (f *frozen) offers(r *http.Request) []map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	query := r.URL.Query()
	clinic, visit := query.Get("departmentUrlName"), query.Get("visitTypeName")
	npis := query["npi"]
	for _, d := range f.tenant.Departments() {
		if d.URLName == clinic {
			npis = d.NPIs
		}
	}
	key := fmt.Sprint(npis, clinic, visit)
	if list, known := f.shown[key]; known {
		return list
	}
	list := []map[string]any{}
	for _, s := range f.tenant.Slots(npis[0]) {
		if len(list) == shownFirst || s.VisitTypeName != visit || !s.Bookable {
			continue
		}
		ref, _ := json.Marshal(acme.SlotRef{NPI: s.NPI, DepartmentIdentifier: s.DepartmentIdentifier, VisitTypeID: s.VisitTypeID, VisitTypeName: visit, Start: s.Start})
		list = append(list, map[string]any{
			"npi": s.NPI, "departmentIdentifier": s.DepartmentIdentifier, "visitTypeId": s.VisitTypeID, "visitTypeName": visit, "slotDateTime": s.Start,
			"booking": map[string]any{"flow": "retail", "slotId": string(ref)},
		})
	}
	f.shown[key] = list
	return list
}

// accurately runs the scenario against a simulator whose hot clinic sells ten of the next slots a second.
func accurately(t *testing.T, check bool) (*accuracy, string, *acme.Tenant) {
	t.Helper()
	tenant, err := acme.New(acme.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	service, simulator := rig.Listen(t, &frozen{tenant: tenant, shown: map[string][]map[string]any{}}), rig.Listen(t, tenant)
	file := filepath.Join(t.TempDir(), "report.json")
	o := &options{
		command: "accuracy", Target: service, Admin: service, Simulator: simulator, Rate: 100, Duration: time.Second, Timeout: time.Minute, Workers: 50,
		Seed: 1, JSON: file, scenarios: scenarios{Accuracy: accuracyOptions{
			Hot: 0.5, HotSales: 600, Lead: "0", Warmup: 500 * time.Millisecond, Forms: 1, Bookings: 1, Check: check, Product: "findadoctor",
		}},
	}
	var report bytes.Buffer
	if err := run(t.Context(), o, &report, io.Discard); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r struct{ Accuracy *accuracy }
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r.Accuracy, report.String(), tenant
}

func TestUntrueOffersAreCountedWhereSlotsAreSoldElsewhere(t *testing.T) {
	a, said, tenant := accurately(t, false)
	if a.Views != 100 || a.HotViews < 30 || a.HotViews > 70 {
		t.Errorf("%d views after the warm-up, %d of the hot clinic", a.Views, a.HotViews)
	}
	if hot := a.Hot.Shown; hot.Of == 0 || hot.Count == 0 || a.All.Shown.Count != hot.Count || a.All.Shown.Of <= hot.Of || a.Why["elsewhere"] != hot.Count {
		t.Errorf("untrue: %s, of the hot clinic %s, why %v", a.All.Shown, hot, a.Why)
	}
	if a.Hot.Choices.Count == 0 || a.Late.Count == 0 || a.Late.Of < 90 || a.Bookings["409"] != a.Late.Count || a.All.Forms.Of != a.Late.Of || a.FormsWhy["elsewhere"] == 0 {
		t.Errorf("choices %s, forms %s, late %s, bookings %v", a.Hot.Choices, a.All.Forms, a.Late, a.Bookings)
	}
	for _, want := range []string{"accuracy     100 views after the warm-up", "without a check before it", "75.00 % true, for findadoctor careDirect", "views        150 requests"} {
		if !strings.Contains(said, want) {
			t.Errorf("lacks %q:\n%s", want, said)
		}
	}
	if sold := len(tenant.SoldSince(time.Time{})); sold == 0 {
		t.Error("nothing was sold elsewhere")
	}
}

func TestACheckSparesPeopleTheForm(t *testing.T) {
	without, _, _ := accurately(t, false)
	with, said, _ := accurately(t, true)
	if with.Checks["gone"] == 0 || with.Checks["available"] == 0 || with.Spared != with.Checks["gone"] || with.CheckP99 <= 0 {
		t.Errorf("checks %v, %d forms spared, p99 %v", with.Checks, with.Spared, with.CheckP99)
	}
	if 2*with.Late.Count >= without.Late.Count {
		t.Errorf("late: %s with a check, %s without", with.Late, without.Late)
	}
	if !strings.Contains(said, "with a check before it") {
		t.Error(said)
	}
}

func TestPeopleMostlyChooseTheFirstOffers(t *testing.T) {
	c := newBuyers(&options{Seed: 1, Workers: 1}, &accuracyOptions{Hot: 0.5, Forms: 0.2, Bookings: 0.1}, nil)
	c.hot, c.others = []clinic{{URLName: "Hot", ClinicType: "Retail", VisitTypes: []string{"Illness"}}}, []clinic{{NPIs: []string{"9000000017"}, VisitTypes: []string{"FollowUp"}}}
	c.dueAt = func(uint64) time.Duration { return 0 }
	const n = 10_000
	ranks, hot, books, fills := make([]int, shownFirst), 0, 0, 0
	for i := range n {
		b := c.buyer(i, time.Time{})
		ranks[b.rank]++
		if b.hot != (b.query.Get("departmentUrlName") == "Hot") || b.hot == b.query.Has("npi") {
			t.Fatalf("hot %v: %s", b.hot, b.query.Encode())
		}
		if b.hot {
			hot++
		}
		if b.books {
			books++
		}
		if b.fills {
			fills++
		}
	}
	for i, want := range []int{5000, 2500, 1250, 625, 625} {
		if ranks[i] < want*8/10 || ranks[i] > want*12/10 {
			t.Errorf("choice %d: %d of %d, want about %d", i, ranks[i], n, want)
		}
	}
	if hot < 4800 || hot > 5200 || books < 900 || books > 1100 || fills < 1800 || fills > 2200 {
		t.Errorf("%d of the hot clinic, %d fill in forms, %d book", hot, fills, books)
	}
}

func TestAnOfferThatIsSoldAfterItWasShownWasTrue(t *testing.T) {
	at := time.Date(2030, 3, 4, 17, 0, 0, 0, time.UTC)
	later := at.Add(time.Millisecond)
	for _, tt := range []struct {
		truth truth
		want  bool
	}{{truth{Free: true}, false}, {truth{Why: "elsewhere", Since: &at}, true}, {truth{Why: "elsewhere", Since: &later}, false}, {truth{Why: "never"}, true}} {
		if got := tt.truth.wrongAt(at); got != tt.want {
			t.Errorf("%+v: %v", tt.truth, got)
		}
	}
}

func TestTheServicesOwnFigureIsReadWhereItHasOne(t *testing.T) {
	text := "# TYPE aggregator_offer_accuracy_ratio gauge\naggregator_offer_accuracy_ratio{product=\"clinics\",source=\"careDirect\"} 0.981\n" +
		"aggregator_offer_accuracy_ratio{source=\"careOptions\",tenant=\"acme\",product=\"clinics\"} NaN\naggregator_offer_accuracy_ratio_other{} 1\n"
	if d := cmp.Diff(map[string]float64{"clinics careDirect": 0.981}, parseAccuracy(text)); d != "" {
		t.Error(d)
	}
}

func TestSavedReportsAreSetSideBySide(t *testing.T) {
	dir := t.TempDir()
	save := func(name string, untrue, late int) string {
		r := twoReports()[0]
		r.Accuracy = &accuracy{All: truthfulness{Shown: ratio{untrue, 1000, float64(untrue) / 1000}}, Late: ratio{late, 100, float64(late) / 100}, PerThousand: 50}
		file := filepath.Join(dir, name)
		if err := writeJSON(file, []*report{r}); err != nil {
			t.Fatal(err)
		}
		return file
	}
	o := &options{command: "accuracy <saved>", scenarios: scenarios{Accuracy: accuracyOptions{Compare: true, Saved: []string{save("a.json", 10, 5), save("b.json", 40, 20)}}}}
	var out bytes.Buffer
	if err := run(t.Context(), o, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{"untrue, first five 1 % 4 % 0.25", "late 409s 5 % 20 % 0.25", "calls / 1000, warm 50 50 1"} {
		if !strings.Contains(said, want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
	other := filepath.Join(dir, "other.json")
	if err := writeJSON(other, twoReports()[:1]); err != nil {
		t.Fatal(err)
	}
	for want, files := range map[string][]string{"wants two reports": {other}, "no report of accuracy": {other, other}, "no such file": {dir + "/none", other}} {
		if err := compareSaved(io.Discard, files); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", files, err, want)
		}
	}
}
