package response

import (
	"fmt"
	"strconv"
	"testing"
)

// bodyOf is a body like that of an answer with so many slots.
func bodyOf(slots int) (body []byte) {
	for i := range slots {
		body = fmt.Appendf(body, `{"id":"%016x","slotDateTime":"2030-03-%02dT%02d:%02d:00-08:00","duration":20,"timezone":"America/Los_Angeles",`+
			`"ehrInstance":"org.acme.ehr.main","departmentId":"4100200300","departmentIdentifier":"org.acme.ehr.main|4100200300","departmentUrlName":"AcmeRiverton",`+
			`"npi":"9000000108","visitTypeId":"7101","visitTypeName":"Illness","visitTypeTitle":"Illness or Injury","modality":"InClinic","forNewPatient":true,`+
			`"distance":1.46,"sources":["careDirect","providerDirect"],"booking":{"flow":"retail","slotId":"c2xvdA==","providerId":"P-1001"}},`,
			uint64(i)*0x9e3779b97f4a7c15, 8+i/72, i/3%24, i%3*20)
	}
	return body
}

func BenchmarkCompress(b *testing.B) {
	for _, slots := range []int{10, 100, 500} {
		body := bodyOf(slots)
		for _, c := range []coding{gzipCoding, zstdCoding, brotliCoding} {
			b.Run(c.name()+"/"+strconv.Itoa(slots)+"slots", func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					encoded(body, c)
				}
				b.ReportMetric(float64(len(encoded(body, c)))/float64(len(body)), "of-plain")
			})
		}
	}
}
