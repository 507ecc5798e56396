package query

import (
	"testing"
)

// TestValuesThatAreWrittenOddlyAreRefused: none of them is what the grammar of docs/interface.md §3.1 says, and each is something
// that a library takes for it. A day is four, two and two digits, exists, and lies after 1970. A zone is a place, and
// never the machine's own, under any name that a zone database has for that.
func TestValuesThatAreWrittenOddlyAreRefused(t *testing.T) {
	day := []string{
		"today", "2030-3-4", "20300304", "2030-03-04T00:00:00Z", "2030-02-29", "2030-13-01", "0000-00-00", "1969-12-31", "1970-01-01",
		"+2030-03-04", "12030-03-04", "2030-03-04 ", "2030/03/04", "２０３０-03-04",
	}
	for parameter, values := range map[string][]string{
		"npi":                     {"900000001", "90000000170", "9000000O17", "+900000017", "9,000,000,017", "0x90000000", "900000001.", "٩٠٠٠٠٠٠٠١٧"},
		"departmentUrlName":       {".hidden", "-x", "_x", "a/b", "a:b", "a b", "a@b", "org.acme.ehr.main|4100200300", "Ä"},
		"postalCode":              {"9810", "981011", "98101-123", "981011234", "98101 1234", "K1A 0B6", "98101–1234", "٩٨١٠١"},
		"radius":                  {"0", "101", "-1", "1.5", "1e1", "0x10", "1_0", "٣", "99999999999999999999"},
		"limit":                   {"0", "501", "-1", "1.0", "1e2", "0x10", "1_0", "५", "99999999999999999999"},
		"daysOfSlots":             {"0", "-1", "1.0", "0b1", "2147483648", "99999999999999999999"},
		"latitude":                {"90.0001", "-90.0001", "NaN", "Inf", "-inf", "0x1p4", "1_0", "47,61", "47.61N"},
		"longitude":               {"180.0001", "-180.0001", "NaN", "Infinity", "0x1p4", "1_0", "122°"},
		"newOrEstablishedPatient": {"NewPatient", "newpatient", "new", "both", "newPatient,establishedPatient"},
		"startDate":               day,
		"endDate":                 day,
		"userTimezone": {
			"Local", "localtime", "posixrules", "posix/America/New_York", "right/America/New_York", "america/new_york", "tzdata.zi",
			"America", "America/", "/America/New_York", "UTC+1", "+01:00", "Z", "Mars/Base", "../etc/passwd",
		},
		"sort":    {"Soonest", "SOONEST", "soonest,nearest", "-soonest", "distance"},
		"explain": {"True", "1", "yes", "on", "t"},
		"product": {"flu shot", "a,b", "a/b", "a:b", "ä", "a*"},
		"cursor":  {"AQIDBAUGBwgJCgsMDQ==", "AQIDBAUGBwgJCgsMDQ+/", "AQIDBAUGBwgJCg.MDQ"},
	} {
		for _, value := range values {
			p := specimenOf(parameter)
			t.Run(parameter+"="+value, func(t *testing.T) { refuses(t, p, p.with(value)) })
		}
	}
}

// TestValuesThatOnlyLookOddAreTaken.
func TestValuesThatOnlyLookOddAreTaken(t *testing.T) {
	for parameter, values := range map[string][]string{
		"npi":               {"0000000000"},
		"departmentUrlName": {"0", "Acme..x", "a_-."},
		"latitude":          {"-90", "90.0", "+0", "-0.0", "4761e-2", ".5"},
		"longitude":         {"180", "-180", "0"},
		"visitTypeName":     {"Flu Shot (65+)", "Women's Health", "A/B", "Été", "流感"},
		"startDate":         {"2028-02-29", "1970-01-02", "9999-12-31"},
		"endDate":           {"2028-02-29", "9999-12-31"},
		"userTimezone":      {"UTC", "Etc/GMT+8", "America/North_Dakota/New_Salem", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "W-SU", "EST5EDT"},
		"product":           {".", "-", "a..b"},
	} {
		for _, value := range values {
			if _, _, err := List(specimenOf(parameter).with(value)); err != nil {
				t.Errorf("%s=%s: %v", parameter, value, err)
			}
		}
	}
}
