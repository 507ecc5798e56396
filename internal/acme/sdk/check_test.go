package sdk

import (
	"strings"
	"testing"
)

func TestAnAnswerIsReadAsStrictlyAsTheSDKReadsIt(t *testing.T) {
	for _, tt := range []struct{ call, body, wrong string }{
		{"7", `{"maxLookaheadDays":90,"more":1}`, ""},
		{"7", `{"maxLookaheadDays":90.5}`, "maxLookaheadDays is no int: 90.5"},
		{"7", `{"maxLookaheadDays":null}`, "maxLookaheadDays is missing"},
		{"7", `[]`, "the body is no object"},
		{"7", ``, "the body is no JSON"},
		{"7", "\ufeff{}", "the body is no JSON"},
		{"10", `[]`, ""},
		{"10", `{}`, "the body is no list"},
		{"10", `[{"clientText":"a","stringCode":"b"},{"clientText":"a"}]`, "[1].stringCode is missing"},
		{"18", "deleted", ""},
		{"18", "\xff", "no UTF-8"},
		{"19", `["Jr."]`, ""},
		{"19", `["Jr.",2]`, "[1] is no text: 2"},
		{"20", `{}`, ""},
		{"20", `{"insuranceIssuers":[{"name":"a"}]}`, "insuranceIssuers[0].payerId is missing"},
		{"21", `{"status":"expired","discountAmount":1}`, "status is no active|inactive: expired"},
		{"21", `{"status":"active","discountAmount":"1"}`, "discountAmount is no int: 1"},
		{"32", `{"minimumWaitTimeForWaitOffline":1,"cancelWithReason":{"reasons":{"en":[{"label":"a"}]}}}`, "cancelWithReason.reasons.en[0].value is missing"},
		{"32", `{"minimumWaitTimeForWaitOffline":1,"cancelWithReason":{"reasons":[]}}`, "cancelWithReason.reasons is no object"},
		{"34", ``, ""},
		{"99", `{}`, `no call "99"`},
	} {
		err := Check(tt.call, []byte(tt.body))
		if (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("call %s %s: %v, want %q", tt.call, tt.body, err, tt.wrong)
		}
	}
}

func TestKindsAreToldApart(t *testing.T) {
	values := []any{
		"", "a", "12", 12.0, 1.5, true, map[string]any{}, "https://example.org/a.jpg", "2030-03-04", "2030-03-04T05:06:07Z", "2030-03-04T05:06:07-08:00",
		"2030-03-04T05:06:07-00:00", "2030-03-04T05:06:07.089Z", "2030-03-04T05:06:07.089-08:00", "2030-03-04T05:06:07.0890000Z", "2030-03-04T05:06:07.0890Z", "2030-03-04T5:06:07Z",
		"2030-03-04T05:06:07", "2030-02-30",
	}
	for kind, want := range map[string]string{ // which of the values are of the kind, in their order
		"text": "xxx....xxxxxxxxxxxx", "number": "...xx..............", "int": "...x...............", "digits": "..xx...............",
		"flag": ".....x.............", "object": "......x............", "url": ".......x...........", "day": "........x..........",
		"plain": ".........xxx.......", "zulu": ".........x.........", "millis": "............x......", "offset": "............xx.....",
		"a|b": ".x.................", "a|": "xx.................",
	} {
		var got strings.Builder
		for _, v := range values {
			got.WriteByte(map[bool]byte{true: 'x', false: '.'}[is(v, kind)])
		}
		if got.String() != want {
			t.Errorf("%s: %s, want %s", kind, got.String(), want)
		}
	}
}

func TestEveryFieldOfTheTableHasAKindThatIsKnown(t *testing.T) {
	if len(Needs) != 44 { // 43 calls, one of them in two ways
		t.Errorf("%d calls", len(Needs))
	}
	for call, needs := range Needs {
		for field := range strings.FieldsSeq(needs) {
			path, kind, ok := strings.Cut(field, ":")
			words := strings.Contains(kind, "|") || layouts[kind] != ""
			if !words && !strings.Contains(" text flag number int digits object url ", " "+kind+" ") && needs != Ignored && needs != Text {
				t.Errorf("call %s: %q has no known kind", call, field)
			}
			if ok && (path == "" || strings.Contains(path, "..") || strings.ContainsAny(path[:strings.LastIndexByte(path, '.')+1], ",")) {
				t.Errorf("call %s: %q is no path", call, path)
			}
		}
	}
}
