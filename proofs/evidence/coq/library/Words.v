(* SPDX-License-Identifier: GPL-2.0-only *)
(* What the operators of C do on machine words.  A word of w bits is a natural number of which only the
   lowest w bits count: each operator reads no others, so that the theorems need not say how large an
   input is.  Trusted: this file, as the meaning of what is proved. *)

From Coq Require Import NArith Bool.
Local Open Scope N_scope.

(* The lowest w bits; also the conversion to a wider unsigned type. *)
Definition word (w a : N) : N := a mod 2 ^ w.

(* Comparisons: ==, <, <= of unsigned words, and < of signed ones, in two's complement. *)
Definition same (w a b : N) : bool := word w a =? word w b.
Definition below (w a b : N) : bool := word w a <? word w b.
Definition at_most (w a b : N) : bool := word w a <=? word w b.
Definition sign_flipped (w a : N) : N := N.lxor a (2 ^ (w - 1)).
Definition signed_below (w a b : N) : bool := below w (sign_flipped w a) (sign_flipped w b).
Definition signed_at_most (w a b : N) : bool := at_most w (sign_flipped w a) (sign_flipped w b).

(* Arithmetic modulo 2^w. *)
Definition plus (w a b : N) : N := word w (a + b).
Definition minus (w a b : N) : N := word w (a + (2 ^ w - word w b)).
Definition times (w a b : N) : N := word w (a * b).

(* Bits. *)
Definition complement (w a : N) : N := N.lxor (word w a) (N.ones w).
Definition shifted_left (w a by_ : N) : N := word w (N.shiftl a by_).
Definition shifted_right (w a by_ : N) : N := N.shiftr (word w a) by_.
Definition shifted_left_by (w a b : N) : N := if word w b <? w then shifted_left w a (word w b) else 0.
Definition shifted_right_by (w a b : N) : N := if word w b <? w then shifted_right w a (word w b) else 0.
Definition bits (high low a : N) : N := word (high - low + 1) (N.shiftr a low).
Definition sign_extended (from to a : N) : N :=
  if N.testbit a (from - 1) then N.lor (word from a) (N.ldiff (N.ones to) (N.ones from)) else word from a.
