package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"timeslots/test/rig/figure"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" { // see process_test.go
		main()
	}
	code := m.Run()
	if code == 0 {
		code = noneLeft()
	}
	os.Exit(code)
}

// noneLeft waits for all goroutines to end. goleak by itself gives them about a second, which is not enough for a client
// of a Redis that is away, nor on a machine that is busy.
func noneLeft() (code int) {
	for deadline := time.Now().Add(hanging); ; {
		err := goleak.Find()
		if err == nil {
			return 0
		}
		if time.Now().After(deadline) {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
}

const area = "/v1/timeslots?latitude=47.61&longitude=-122.33&radius=25&visitTypeName=Illness"

func TestTheDemoAnswersForAClinicianAClinicAndAnArea(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	directory := directoryOf(t, demo)

	clinician := get(t, demo.public+"/v1/timeslots?npi="+directory.npi+"&visitTypeName="+directory.npiVisitType).answer(t)
	if clinician.Total == 0 || !clinician.Complete {
		t.Errorf("clinician: %d slots, complete %v", clinician.Total, clinician.Complete)
	}
	for _, slot := range clinician.Timeslots {
		if slot.NPI != directory.npi || slot.VisitTypeName != directory.npiVisitType || !slices.Equal(slot.Sources, []string{"providerDirect"}) || slot.Booking.SlotID == "" {
			t.Fatalf("clinician: %+v", slot)
		}
	}
	if clinician.Providers[directory.npi].Name == "" {
		t.Errorf("clinician: nobody knows her name: %+v", clinician.Providers)
	}

	clinic := get(t, demo.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=illness&limit=5").answer(t)
	if len(clinic.Timeslots) != 5 || clinic.Total <= 5 {
		t.Errorf("clinic: %d of %d slots, want a page of five", len(clinic.Timeslots), clinic.Total)
	}
	for _, slot := range clinic.Timeslots {
		if slot.DepartmentURLName != "AcmeRiverton" || slot.VisitTypeName != "Illness" || slot.Booking.Flow != "retail" {
			t.Errorf("clinic: %+v", slot)
		}
	}

	around := get(t, demo.public+area+"&sort=nearest&limit=500").answer(t)
	if around.Total == 0 || !around.Complete {
		t.Fatalf("area: %d slots, complete %v, %+v", around.Total, around.Complete, around.Sources)
	}
	last := -1.0
	for _, slot := range around.Timeslots {
		if slot.Distance == nil || *slot.Distance > 25 || *slot.Distance < last {
			t.Fatalf("area: slot out of order or out of reach: %+v after %v miles", slot, last)
		}
		last = *slot.Distance
	}
}

func TestASlotOnTwoSurfacesAppearsOnceWithBothSourcesAndItsHandle(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	around := get(t, demo.public+area+"&limit=500").answer(t)
	both := 0
	seen := map[string]bool{}
	for _, slot := range around.Timeslots {
		who := fmt.Sprint(slot.DepartmentIdentifier, slot.NPI, slot.Booking.ProviderID, slot.VisitTypeID, slot.SlotDateTime.Unix())
		if seen[who] || seen[slot.ID] {
			t.Fatalf("twice: %+v", slot)
		}
		seen[who], seen[slot.ID] = true, true
		if slices.Equal(slot.Sources, []string{"careDirect", "careOptions"}) {
			both++
			if slot.Booking.Flow != "retail" || slot.Booking.SlotID == "" {
				t.Errorf("on both surfaces but without the handle of the one that has it: %+v", slot)
			}
		}
	}
	if both < 20 {
		t.Errorf("only %d of %d slots are on both surfaces", both, len(around.Timeslots))
	}
}

func TestAWiderWindowHasEverySlotOfTheNarrowerOne(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	ask := func(days int) answer {
		end := time.Now().AddDate(0, 0, days).Format(time.DateOnly)
		return get(t, demo.public+"/v1/timeslots?npi="+directoryOf(t, demo).npi+"&limit=500&endDate="+end).answer(t)
	}
	near := ask(10)
	far := map[string]bool{}
	for _, slot := range ask(40).Timeslots { // at least one block more, fetched later
		far[slot.ID] = true
	}
	for _, slot := range near.Timeslots {
		if !far[slot.ID] {
			t.Errorf("%s is missing from the wider window", slot.SlotDateTime)
		}
	}
	if len(near.Timeslots) == 0 || len(far) <= len(near.Timeslots) {
		t.Errorf("%d slots within ten days, %d within forty", len(near.Timeslots), len(far))
	}
}

func TestPagesOfEveryOrderMakeUpTheWholeAnswer(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	target := demo.public + "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness"
	for _, sort := range []string{"soonest", "nearest", "balanced"} {
		whole := get(t, target+"&limit=500&sort="+sort).answer(t)
		seen := map[string]bool{}
		cursor := ""
		for page := 0; page == 0 || cursor != "" && page < 100; page++ {
			a := get(t, target+"&limit=7&sort="+sort+cursor).answer(t)
			for _, slot := range a.Timeslots {
				if seen[slot.ID] {
					t.Fatalf("%s: twice: %+v", sort, slot)
				}
				seen[slot.ID] = true
			}
			if cursor = ""; a.NextCursor != nil {
				cursor = "&cursor=" + *a.NextCursor
			}
		}
		if len(seen) != whole.Total || whole.Total < 14 {
			t.Errorf("%s: the pages have %d slots, the answer %d", sort, len(seen), whole.Total)
		}
	}
	first := get(t, target+"&limit=7").answer(t)
	for name, other := range map[string]string{
		"damaged": target + "&limit=7&cursor=" + (*first.NextCursor)[:len(*first.NextCursor)-3] + "abc",
		"foreign": demo.public + "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Wellness&limit=7&cursor=" + *first.NextCursor,
	} {
		if r := get(t, other); r.status != http.StatusBadRequest || !strings.Contains(string(r.body), `"parameter":"cursor"`) {
			t.Errorf("%s cursor: %d %s", name, r.status, r.body)
		}
	}
}

func TestABookedSlotIsGoneFromEveryAnswerAtOnceAndIsSoldOnce(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	offers := get(t, demo.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500").answer(t)
	get(t, demo.public+area) // a second answer that lists the slot, in the cache
	slot := offers.Timeslots[len(offers.Timeslots)/2]
	body := fmt.Sprintf(`{"patient":{"identifier":"44444444-aaaa-4bbb-8ccc-000000000900"},"visitDetails":{"ehrSystemName":%q,"departmentId":%q,"visitReason":"Sore throat","declaration":"self","slotId":%q,"providerId":%q},"registrationModules":{"documentSigning":[]}}`,
		slot.EHRInstance, slot.DepartmentID, slot.Booking.SlotID, slot.Booking.ProviderID)
	const path = "/dexcare/api/6/visits/retail"
	if r := call(t, http.MethodPost, demo.public+path, body, "Content-Type", "application/json"); r.status != http.StatusUnauthorized {
		t.Errorf("without a token: %d %s", r.status, r.body)
	}
	booked := call(t, http.MethodPost, demo.public+path, body, "Content-Type", "application/json", "Authorization", "Bearer patient-1")
	if booked.status/100 != 2 || !strings.Contains(string(booked.body), "visitId") || booked.header.Get("Cache-Control") != "private, no-store" {
		t.Fatalf("booking: %d %v %s", booked.status, booked.header, booked.body)
	}
	for _, target := range []string{"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&limit=500", area + "&limit=500"} {
		for _, other := range get(t, demo.public+target).answer(t).Timeslots {
			if other.ID == slot.ID || other.Booking.SlotID == slot.Booking.SlotID {
				t.Errorf("%s still offers the slot", target)
			}
		}
	}
	late := call(t, http.MethodPost, demo.public+path, body, "Content-Type", "application/json", "Authorization", "Bearer patient-2")
	if late.status != http.StatusConflict || !strings.Contains(string(late.body), "SlotUnavailable") {
		t.Errorf("the second buyer: %d %s", late.status, late.body)
	}
	calls := get(t, demo.simulator(t)+"/_acme/calls")
	var counts map[string]struct{ Calls int }
	if err := json.Unmarshal(calls.body, &counts); err != nil || counts["retail-booking"].Calls != 2 {
		t.Errorf("upstream saw %+v bookings (%v), want the two that were sent", counts["retail-booking"], err)
	}
	metrics := string(get(t, demo.admin+"/metrics").body)
	for _, series := range []string{
		`aggregator_bookings_total{flow="retail",outcome="booked",product="default"} 1`,
		`aggregator_bookings_total{flow="retail",outcome="slot_unavailable",product="default"} 1`,
		`aggregator_tombstones 1`,
	} {
		if !strings.Contains(metrics, series) {
			t.Errorf("no %s", series)
		}
	}
}

func TestAFailingSourceCostsItsPartAndHealsByItself(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	faults := demo.simulator(t) + "/_acme/faults"
	if r := call(t, http.MethodPut, faults, `["care-options:status=500"]`); r.status/100 != 2 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	broken := get(t, demo.public+area)
	a := broken.answer(t)
	if a.Complete || a.Total == 0 {
		t.Errorf("complete %v with %d slots, want Care Direct's part", a.Complete, a.Total)
	}
	failed := false
	for _, s := range a.Sources {
		failed = failed || s.Source == "careOptions" && s.Key == "area" && s.Status == "failed" && s.Reason == "upstream"
	}
	if !failed || broken.header.Get("Cache-Control") != "public, no-cache" {
		t.Errorf("sources %+v, headers %v", a.Sources, broken.header)
	}
	call(t, http.MethodDelete, faults, "")
	eventually(t, "a complete answer", func() bool { return get(t, demo.public+area).answer(t).Complete })
}

func TestAThousandVisitorsCostUpstreamOneCallPerFragment(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	calls := demo.simulator(t) + "/_acme/calls"
	var crowd sync.WaitGroup
	client := http.Client{Transport: &http.Transport{MaxConnsPerHost: 100}}
	defer client.CloseIdleConnections()
	for range 1000 {
		crowd.Go(func() {
			resp, err := client.Get(demo.public + "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness")
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
	crowd.Wait()
	var counts map[string]struct{ Calls int }
	if err := json.Unmarshal(get(t, calls).body, &counts); err != nil {
		t.Fatal(err)
	}
	if counts["department-timeslots"].Calls != 1 || counts["departments"].Calls != 1 {
		t.Errorf("upstream saw %+v", counts)
	}
}

func TestTheSameQuestionGetsTheSameBytesAndTheyRevalidate(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	target := demo.public + "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness" + later()
	get(t, target) // from now on the directory's spelling is known
	first, second := get(t, target), get(t, target+"&sort=soonest&limit=100")
	if string(first.body) != string(second.body) || first.header.Get("ETag") != second.header.Get("ETag") {
		t.Error("two bodies for one question")
	}
	if r := get(t, target, "If-None-Match", first.header.Get("ETag")); r.status != http.StatusNotModified || len(r.body) != 0 {
		t.Errorf("revalidation: %d with %d bytes", r.status, len(r.body))
	}
	if !strings.HasPrefix(second.header.Get("Cache-Status"), "timeslots; hit; ttl=") {
		t.Errorf("Cache-Status %q", second.header.Get("Cache-Status"))
	}
}

func TestMetricsHealthAndReadinessAreOnTheAdminListenerOnly(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t)
	get(t, demo.public+area+"&product=flushot")
	get(t, demo.public+area+"&product=made-up")
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200} {
		if r := get(t, demo.admin+path); r.status != want {
			t.Errorf("admin %s: %d", path, r.status)
		}
		if r := get(t, demo.public+path); r.status != http.StatusNotFound {
			t.Errorf("public %s: %d, want 404", path, r.status)
		}
	}
	metrics := counted(t, demo.admin,
		`aggregator_http_request_duration_seconds_count{cache="miss",code="200",product="flushot",route="/v1/timeslots"} 1`,
		`product="other"`, `aggregator_breaker_state{operation="availability_slots",source="careOptions"} 0`,
		`aggregator_upstream_request_duration_seconds_count{operation="availability_slots",outcome="ok",source="careOptions"}`,
		`aggregator_cache_lookups_total{result="miss",tier="memory"}`, `aggregator_cache_lookups_total{result="miss",tier="response"}`,
		`aggregator_build_info{`,
	)
	if strings.Contains(metrics, "made-up") {
		t.Error("a product that is not configured became a label")
	}
	if code := run(program{stdout: newConsole(), stderr: newConsole()}, []string{"probe", "--admin", strings.TrimPrefix(demo.admin, "http://")}); code != exitDone {
		t.Errorf("probe: exit code %d", code)
	}
}

func TestSIGTERMLetsRequestsFinish(t *testing.T) {
	figure.Beside(t)
	service, upstream := startGated(t, "/v2/departments/", "shutdown: {grace: 5m}\n")
	status := make(chan int)
	go func() {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get(service.public + hotClinic)
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	eventually(t, "the request arriving upstream", func() bool { return upstream.held.Load() > 0 })
	service.stop()
	eventually(t, "the end beginning", func() bool { return get(t, service.admin+"/readyz").status == http.StatusServiceUnavailable })
	upstream.open()
	if got := <-status; got != http.StatusOK {
		t.Errorf("the request in flight got %d", got)
	}
	if code := service.end(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

func TestTrafficKeepsTheDemoAlive(t *testing.T) {
	figure.Beside(t)
	demo := startDemo(t, "--traffic", "200")
	count := regexp.MustCompile(`aggregator_http_request_duration_seconds_count\{[^}]*\} (\d+)`)
	eventually(t, "fifty requests", func() bool {
		sum := 0
		for _, series := range count.FindAllStringSubmatch(string(get(t, demo.admin+"/metrics").body), -1) {
			n, _ := strconv.Atoi(series[1])
			sum += n
		}
		return sum >= 50
	})
}

// found is what a test may ask the demo's directory for.
type found struct{ npi, npiVisitType string }

// directoryOf picks a clinician with a practice of her own.
func directoryOf(t *testing.T, demo *running) found {
	t.Helper()
	var info struct {
		VisitTypes []struct{ ShortName string }
	}
	const first = "9000000017"
	r := get(t, demo.simulator(t)+"/v1/providers/"+first)
	if err := json.Unmarshal(r.body, &info); err != nil || len(info.VisitTypes) == 0 {
		t.Fatalf("%v in %s", err, r.body)
	}
	return found{npi: first, npiVisitType: info.VisitTypes[0].ShortName}
}
