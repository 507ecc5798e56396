package faults

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/faults/evil"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
	"timeslots/test/rig/tracetest"
)

// personalData is what patients and their browsers send, and secrets is what the service is configured with; each is a
// word that is found nowhere else.
var (
	personalData = map[string]string{
		"token": "CnryToken0aZ7qLw3", "cookie": "CnryCookie1bY6rMx4", "first name": "CnryFirst2cX5sNy5", "last name": "CnryLast3dW4tOz6",
		"birth date": "CnryBirth4eV3uPa7", "e-mail": "CnryMail5fU2vQb8", "phone": "CnryPhone6gT1wRc9", "insurance": "CnryMember7hS0xSd1",
		"reason": "CnryReason8iR9yTe2", "query": "CnryQuery9jQ8zUf3", "idempotency key": "CnryIdem0kP7aVg4", "visit": "CnryVisit1lO6bWh5",
		"upstream's answer": "CnryAnswer2mN5cXi6",
	}
	secrets = map[string]string{
		"care options key": "CnryKeyOptions3nM4d", "slots key": "CnryKeySlots4oL3eZk8", "booking key": "CnryKeyBook5pK2fAl9",
		"admin token": "CnryAdmin6qJ1gBm1", "redis password": "CnryRedis7rI0hCn2", "access key": "CnryAccess8sH9iDo3",
	}
)

// docs/faults.md row C: what patients send and what the service is trusted with is written nowhere, whatever happens.
func TestNothingPersonalAndNoSecretIsWrittenAnywhere(t *testing.T) {
	figure.Beside(t)
	redis := rig.StartRedis(t, "--requirepass", secrets["redis password"])
	redis.Password = secrets["redis password"]
	heard := redis.Listen()
	tenant := newTenant(t, acme.Keys{CareOptions: secrets["care options key"], Slots: secrets["slots key"], Booking: secrets["booking key"]})
	collector := tracetest.New(t)
	s := newSceneOf(t, tenant, append(guardedSettings(t, redis.Addr), fmt.Sprintf("tracing: {endpoint: %q, ratio: 1}", collector.URL))...)
	offers := s.settle(t, clinic)
	s.settle(t, clinician)
	outcomes := map[string]evil.Fault{
		"answered": sound, "refused": says(400), "taken": says(409), "failed": says(500), "unauthorized": says(401),
		"hangs": evil.Hang, "resets": evil.Reset, "hangs up": evil.Hangup, "breaks off": evil.ResetInBody, "personal": says(200),
	}
	slot := 0
	for _, fault := range outcomes {
		s.upstream.Break(fault, evil.Booking, evil.Directory, evil.ProviderDirect)
		for _, request := range personalRequests {
			slot++
			request.body = post(offers, slot)
			send(t, s, request)
		}
	}
	s.upstream.Heal()
	s.settle(t, clinician)
	rig.Until(t, "a copy in Redis", func() bool { return strings.Contains(fmt.Sprint(redis.Do("KEYS", "*")), "9000000017") })
	abort(t, s.Public+retail)
	for _, request := range []personalRequest{
		{"cut short", http.MethodPost, retail, `{"patient":{"firstName":"` + personalData["first name"] + `"`},
		{"too large", http.MethodPost, retail, strings.Repeat(personalData["last name"], 30_000)},
		{"not ours", http.MethodGet, "/v1/timeslots?npi=9000000017&email=" + personalData["e-mail"], ""},
		{"no such route", http.MethodGet, "/dexcare/v1/patient/" + personalData["visit"] + "?" + personalData["query"], ""},
	} {
		send(t, s, request)
	}
	brokenReload(t, s)

	places := map[string]string{}
	for _, path := range []string{"/metrics", "/ops/state", "/ops/explain?npi=9000000017", "/debug/pprof/goroutine?debug=2", "/debug/pprof/heap?debug=1", "/debug/pprof/cmdline"} {
		places["admin "+path] = string(rig.Get(t, s.Admin+path, "Accept", "application/openmetrics-text").Body)
	}
	for _, file := range []string{"environ", "cmdline"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.PID(), file))
		if err == nil {
			places["/proc/PID/"+file] = string(text)
		}
	}
	places["check"] = check(t, s.File)
	places["what Redis holds"] = redis.Everything()
	rig.Until(t, "the traces of bookings", func() bool { return strings.Contains(collector.Text(), "retail_booking") })
	places["traces"] = collector.Text()
	must(t, s.Signal(syscall.SIGQUIT))
	<-s.Ended()
	places["what was printed, with a dump of all goroutines"] = s.Said()
	if !strings.Contains(s.Said(), "goroutine ") || !strings.Contains(s.Said(), `"msg":"booking"`) {
		t.Error("no dump, or no booking in the log: the search would prove nothing")
	}
	places["what Redis was told"] = heard()
	if !strings.Contains(places["what Redis was told"], "9000000017") || !strings.Contains(places["what Redis holds"], "9000000017") {
		t.Error("nothing of ours was found in Redis: the search would prove nothing")
	}
	for place, text := range places {
		for _, words := range []map[string]string{personalData, secrets} {
			for what, word := range words {
				if place == "what Redis was told" && what == "redis password" {
					continue // AUTH says it, to Redis alone
				}
				if form := written(text, word); form != "" {
					t.Errorf("%s: the %s, %s", place, what, form)
				}
			}
		}
	}
}

// guardedSettings give every secret by file, as operators should.
func guardedSettings(t *testing.T, redis string) []string {
	t.Helper()
	dir := t.TempDir()
	file := func(what string) string {
		path := filepath.Join(dir, strings.ReplaceAll(what, " ", "-"))
		must(t, os.WriteFile(path, []byte(secrets[what]+"\n"), 0o600))
		return "file:" + path
	}
	keys := func(upstream string) string {
		return fmt.Sprintf("upstream:\n  public: {url: %[1]q}\n  visit: {url: %[1]q}\n  ingress: {url: %[1]q, keys: {careOptions: %[2]q, slots: %[3]q, booking: %[4]q}}",
			upstream, file("care options key"), file("slots key"), file("booking key"))
	}
	return []string{
		keys(upstreamHere),
		fmt.Sprintf("admin: {listen: 127.0.0.1:0, token: %q}", file("admin token")),
		fmt.Sprintf("cache: {redis: {addresses: [%q], password: %q, timeout: %s}}", redis, file("redis password"), whole),
		fmt.Sprintf("access: {keys: [%q]}", file("access key")),
		"booking: {tombstone: 48h, timeout: 300ms}",
		"log: {level: debug}",
	}
}

// send makes a request that is full of a patient.
func send(t *testing.T, s *scene, request personalRequest) {
	t.Helper()
	p, path := personalData, request.path
	body := strings.Replace(request.body, `"patient":{`, fmt.Sprintf(`"patient":{"firstName":%q,"lastName":%q,"birthdate":%q,"email":%q,"homePhone":%q,"memberId":%q,`,
		p["first name"], p["last name"], p["birth date"], p["e-mail"], p["phone"], p["insurance"]), 1)
	body = strings.Replace(body, "Sore throat", p["reason"], 1)
	if !strings.Contains(path, "?") && strings.HasPrefix(path, "/dexcare/") {
		path += "?email=" + p["query"]
	}
	rig.Send(t, request.method, s.Public+path, body, "Content-Type", "application/json", "Authorization", "Bearer "+p["token"],
		"Cookie", "session="+p["cookie"], "Idempotency-Key", p["idempotency key"], "x-api-key", secrets["access key"],
		"tracestate", "patient="+p["token"], "baggage", "patient="+p["last name"])
}

// says answers with words that belong to the patient.
func says(status int) evil.Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"visitId":%q,"message":"SlotUnavailable for %s"}`, personalData["visit"], personalData["upstream's answer"])
	}
}

func abort(t *testing.T, url string) {
	t.Helper()
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer leave()
	body, more := io.Pipe()                                               // never says more
	context.AfterFunc(ctx, func() { _ = more.CloseWithError(ctx.Err()) }) // else Go's transport waits for it
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, io.MultiReader(strings.NewReader(personalData["last name"]), body))
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+personalData["token"])
	if resp, err := rig.Client.Do(req); err == nil {
		_ = resp.Body.Close()
	}
}

// brokenReload offers a configuration with a mistake and a secret in plain text.
func brokenReload(t *testing.T, s *scene) {
	t.Helper()
	good, err := os.ReadFile(s.File)
	must(t, err)
	broken := string(good) + fmt.Sprintf("surprise: %q\n", secrets["booking key"])
	must(t, os.WriteFile(s.File, []byte(broken), 0o600))
	must(t, s.Signal(syscall.SIGHUP))
	rig.Until(t, "the refusal of a broken file", func() bool { return strings.Contains(s.Said(), "surprise") })
	must(t, os.WriteFile(s.File, good, 0o600))
}

func check(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), rig.Binary(), "check", "--config", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "booking:") {
		t.Errorf("check: %v\n%s", err, out)
	}
	return string(out)
}
