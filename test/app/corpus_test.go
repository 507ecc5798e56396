package app

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"timeslots/test/rig"
)

func TestMain(m *testing.M) { rig.Main(m, 2) }

//go:embed corpus.txt
var corpus string

// recorded is one request of the corpus.
type recorded struct {
	source, call, headers, body string
	statusOnly                  bool
}

func read(t *testing.T) (list []recorded) {
	t.Helper()
	_, blocks, _ := strings.Cut(corpus, "\n\n")
	for block := range strings.SplitSeq("\n"+blocks, "\n# ") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		if len(lines) < 3 {
			continue
		}
		r := recorded{source: lines[0], headers: lines[2]}
		r.call, r.statusOnly = strings.TrimPrefix(lines[1], "! "), strings.HasPrefix(lines[1], "! ")
		if len(lines) > 3 {
			r.body = lines[3]
		}
		list = append(list, r)
	}
	return list
}

// as is the request as the SDK writes it, below a mount.
func (r recorded) as(host, mount, key string) string {
	method, path, _ := strings.Cut(r.call, " ")
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s%s HTTP/1.1\r\nHost: %s\r\n", method, mount, path, host)
	b.WriteString("User-Agent: Acme Mobile|4.2.0|iPhone|17.5.1|iOSSDK|9.8.0|darwin\r\ndomain: acme-uat\r\n" +
		"Correlation-Id: 7B0E6C7A-5B0F-4C1E-9D5B-2C6A0F3E1D42\r\nX-api-key: " + key + "\r\n")
	if !strings.HasPrefix(r.headers, "@D") {
		b.WriteString("Content-Type: application/json\r\n")
	}
	b.WriteString("Accept: */*\r\nAccept-Language: en-US,en;q=0.9\r\n")
	switch r.headers {
	case "@T", "@DT":
		b.WriteString("Authorization: Bearer test.patient.token\r\n")
	case "@E":
		b.WriteString("Authorization: Bearer \r\n")
	}
	if method == http.MethodPost {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body))
	}
	b.WriteString("Connection: close\r\n\r\n" + r.body)
	return b.String()
}

// send writes the bytes to a socket and reads the answer.
func send(t *testing.T, base, raw string) (status int, header http.Header, body string) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", u.Host, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%v after %.200s", err, raw)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(text)
}

// keyOf is the key that the tenant wants with a call; the app knows one, and the service adds the right one.
func keyOf(call string) string {
	switch {
	case strings.Contains(call, "/v1/availability/"):
		return "acme-care-options"
	case strings.Contains(call, "/v5/"):
		return "acme-slots"
	}
	return "acme-booking"
}

func TestEveryCallOfTheSDKGetsThroughTheServiceWhatDexCareSays(t *testing.T) {
	service, tenant := rig.Demo(t)
	list := read(t)
	if len(list) < 58 {
		t.Fatalf("only %d requests", len(list))
	}
	known := names(t, service)
	for _, r := range list {
		t.Run(r.source+" "+r.call, func(t *testing.T) {
			for attempt := 0; ; attempt++ { // answers of two minutes differ
				minute := time.Now().Truncate(time.Minute)
				asked := known.putInto(r)
				status, header, body := send(t, service.Public, asked.as("gw.example.org", "/dexcare", "test-key-0001"))
				straight, _, said := send(t, tenant.URL, known.putInto(r).as("acme.example.org", "", keyOf(r.call)))
				if minute != time.Now().Truncate(time.Minute) && attempt < 3 {
					continue
				}
				if status != straight || !r.statusOnly && body != said {
					t.Errorf("%d %.300s\nstraight %d %.300s", status, body, straight, said)
				}
				if status == http.StatusNotFound && strings.Contains(body, "no Route matched") {
					t.Error("there is no route")
				}
				if header.Get("Set-Cookie") != "" || header.Get("Correlation-Id") == "" || status/100 == 3 {
					t.Errorf("%d %v", status, header)
				}
				if status == http.StatusUnauthorized && (r.headers == "@P" || r.headers == "@D") {
					t.Error("a public call was answered 401, which signs the patient out")
				}
				return
			}
		})
	}
}

// named is what the corpus leaves open: a visit, and slots, each of which is booked once.
type named struct {
	visit string
	slots []slot
}

type slot struct{ ID, ProviderID string }

func names(t *testing.T, service *rig.Service) *named {
	t.Helper()
	var k named
	for _, r := range read(t) {
		if strings.HasPrefix(r.source, "29 ") {
			var made struct{ VisitID string }
			if _, _, body := send(t, service.Public, r.as("gw.example.org", "/dexcare", "k")); json.Unmarshal([]byte(body), &made) != nil || made.VisitID == "" {
				t.Fatalf("no visit in %s", body)
			}
			k.visit = made.VisitID
		}
	}
	var listed struct {
		ScheduleDays []struct{ TimeSlots []slot }
	}
	reply := rig.Get(t, service.Public+"/dexcare/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness")
	if err := json.Unmarshal(reply.Body, &listed); err != nil {
		t.Fatal(err)
	}
	for _, day := range listed.ScheduleDays {
		k.slots = append(k.slots, day.TimeSlots...)
	}
	if len(k.slots) < 12 { // two bookings, and as many again should a minute pass between them
		t.Fatalf("%d slots", len(k.slots))
	}
	return &k
}

// putInto gives a request its names; each one that books takes another slot.
func (k *named) putInto(r recorded) recorded {
	today := time.Now().UTC()
	pairs := []string{"{visit}", k.visit, "{today}", today.AddDate(0, 0, 1).Format(time.DateOnly), "{later}", today.AddDate(0, 0, 8).Format(time.DateOnly)}
	if strings.Contains(r.body, "{slot}") {
		last := k.slots[len(k.slots)-1]
		k.slots = k.slots[:len(k.slots)-5] // those beside it overlap
		pairs = append(pairs, "{slot}", strings.ReplaceAll(last.ID, "/", `\/`), "{provider}", last.ProviderID)
	}
	replace := strings.NewReplacer(pairs...)
	r.call, r.body = replace.Replace(r.call), replace.Replace(r.body)
	return r
}
