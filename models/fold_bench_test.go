package models

import (
	"fmt"
	"testing"
)

// BenchmarkFold folds what a long maintenance comes to: ten notices.
func BenchmarkFold(b *testing.B) {
	for _, circuits := range []int{3, 1000} {
		b.Run(fmt.Sprint(circuits, " circuits"), func(b *testing.B) {
			var list []string
			for i := range circuits {
				list = append(list, fmt.Sprintf("EX/%06d/AB", i))
			}
			var notices []Notice
			for i := range 10 {
				notices = append(notices, said(i, StatusConfirmed, night(float64(i/2), list...)))
			}
			for b.Loop() {
				Fold(notices, nil)
			}
		})
	}
}
