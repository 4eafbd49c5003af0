(* SPDX-License-Identifier: GPL-2.0-only *)
(* How are the steps of a certificate written, so that Coq reads them quickly?

   As machine integers of two codes or three hints each, which Coq's parser is quick with; of them bytes are made before
   anything is proved, so that a theorem rests on no machine integer; and of the bytes the steps, when they
   are checked.  Trusted: nothing; whatever comes out is checked by [check]. *)

From Coq Require Import NArith List Init.Byte PrimInt63 PArray.
From Stage2 Require Import Check.
Import ListNotations.

(* A code: what it is, and three numbers of a byte; or three hints, of two bytes each. *)
Inductive codes :=
| No_more | Code (head j low high : byte) (rest : codes)
| Hints (low1 high1 low2 high2 low3 high3 : byte) (rest : codes).

(* From integers to bytes ----------------------------------------------------------------------- *)
Definition bit (i at_ : int) : bool := eqb (land (lsr i at_) 1) 1.
Definition byte_of (i : int) : byte :=
  Byte.of_bits (bit i 0, (bit i 1, (bit i 2, (bit i 3, (bit i 4, (bit i 5, (bit i 6, bit i 7))))))).
Definition code_of (i : int) (rest : codes) : codes :=
  Code (byte_of (land i 31)) (byte_of (lsr i 5)) (byte_of (lsr i 13)) (byte_of (lsr i 21)) rest.
Definition byte_at (i at_ : int) : byte := byte_of (lsr i at_).
(* Coq finds integers quickly if their lowest bits differ: so the others were mixed into them. *)
Definition unmixed (i : int) : int := lxor i (lsr i 13).
Definition codes_of (mixed : int) (rest : codes) : codes :=
  let i := unmixed mixed in
  if bit i 0 then Hints (byte_at i 1) (byte_at i 9) (byte_at i 17) (byte_at i 25) (byte_at i 33)
    (byte_at i 41) rest
  else code_of (lsr i 1) (code_of (lsr i 30) rest).
Fixpoint positive_of (bits : nat) (i : int) : positive :=
  match bits with
  | O => xH
  | S n => if leb i 1 then xH else (if bit i 0 then xI else xO) (positive_of n (lsr i 1))
  end.
(* From the last element of an array to the first. *)
Definition fold_array {T S} (f : T -> S -> S) (a : array T) (start : S) : S :=
  let next (s : int * S) := let (n, s) := s in (sub n 1, f (PArray.get a (sub n 1)) s) in
  let n := PArray.length a in
  if eqb n 0 then start else snd (Pos.iter next (n, start) (positive_of 62 n)).
Definition bytes_of (a : array (array int)) : list codes :=
  fold_array (fun b l => fold_array codes_of b No_more :: l) a [].

(* From bytes to steps -------------------------------------------------------------------------- *)
Definition push (b : bool) (n : N) : N :=
  match n with N0 => if b then 1%N else N0 | Npos p => Npos (if b then xI p else xO p) end.
Definition push_byte (x : byte) (n : N) : N :=
  let '(b0, (b1, (b2, (b3, (b4, (b5, (b6, b7))))))) := Byte.to_bits x in
  push b0 (push b1 (push b2 (push b3 (push b4 (push b5 (push b6 (push b7 n))))))).
Definition positive_from (n : N) : positive := match n with N0 => xH | Npos p => p end.

(* What has been read, from the last code to the first: a step's literals and hints stand behind its head. *)
Definition state := (clause * list positive * list step)%type.
Definition read (head j low high : byte) (s : state) : state :=
  let '(c, hints, done) := s in
  let '(is_head, (other, (sign, (is_word, (is_chain, _))))) := Byte.to_bits head in
  let k := push_byte low (push_byte high 0%N) in
  let x :=
    let k := positive_from k in
    if is_word then V k (push_byte j 0%N) else if is_chain then A k (push_byte j 0%N) else B k in
  match is_head, other with
  | true, true => ([], [], By_gate x sign c :: done)
  | true, false => ([], [], By_clauses c hints :: done)
  | false, true => ((sign, x) :: c, hints, done)
  | false, false => s
  end.
Definition hint (low high : byte) (hints : list positive) : list positive :=
  match push_byte low (push_byte high 0%N) with N0 => hints | Npos h => h :: hints end.
Fixpoint read_all (cs : codes) (s : state) : state :=
  match cs with
  | No_more => s
  | Code head j low high rest => read head j low high (read_all rest s)
  | Hints low1 high1 low2 high2 low3 high3 rest =>
    let '(c, hints, done) := read_all rest s in
    (c, hint low1 high1 (hint low2 high2 (hint low3 high3 hints)), done)
  end.
Definition unpacked (l : list codes) : list step := snd (fold_right read_all ([], [], []) l).
