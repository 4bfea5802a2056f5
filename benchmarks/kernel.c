/* The recursion of sim/engine/_direct.py for b = 1, as plain C: what the machine can do.
 *
 * Blocks of LANES runs do their steps together.  Where a run's scale is small its power goes into its
 * row, as in the engine, but without integer exponents for tiny squares: it is a peer in time only.
 */
#include <stdint.h>

enum { LANES = 32, CHECK = 64, AHEAD = 4 };

static inline void step(double *y, double *p, double *t, double twice_a)
{
    double s = *p * *y, c = 1.0 - s, f = c + (twice_a - *t), c2 = c * c, grown = s * (f * f);
    *t = (*t - s) * c2 + grown;
    *p *= c2;
    *y = grown / *p;
}

static void rescale(double *y, double *p, int64_t n, double a)
{
    if (*p >= 0x1p-60 * a)
        return;
    double factor = *p / a;
    for (int64_t j = 0; j < n; j++)
        y[j] *= factor;
    *p = a;
}

/* sets: (steps, runs) */
void given(double *y, double *p, double *t, const int64_t *sets, int64_t steps, int64_t runs, int64_t n,
           double a)
{
    for (int64_t first = 0; first < runs; first += LANES) {
        int64_t stop = first + LANES < runs ? first + LANES : runs;
        for (int64_t k = 0; k < steps; k++) {
            int64_t later = k + AHEAD < steps ? k + AHEAD : steps - 1;
            for (int64_t r = first; r < stop; r++) {
                __builtin_prefetch(&y[r * n + sets[later * runs + r]], 1);
                step(&y[r * n + sets[k * runs + r]], &p[r], &t[r], 2 * a);
            }
            if (k % CHECK == CHECK - 1)
                for (int64_t r = first; r < stop; r++)
                    rescale(y + r * n, &p[r], n, a);
        }
    }
}

static inline uint64_t left(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

/* xoshiro256++ (Blackman and Vigna 2021) */
static inline uint64_t word(uint64_t s[4])
{
    uint64_t out = left(s[0] + s[3], 23) + s[0], moved = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= moved;
    s[3] = left(s[3], 45);
    return out;
}

/* Exactly uniform below n < 2^32 (Lemire 2019); least = 2^32 mod n. */
static inline int64_t below(uint64_t s[4], uint64_t n, uint32_t least)
{
    uint64_t product;
    do
        product = (word(s) >> 32) * n;
    while ((uint32_t)product < least);
    return (int64_t)(product >> 32);
}

/* For the tests: `count` indices as `drawing` draws them. */
void draws(int64_t *out, uint64_t *state, int64_t count, int64_t n)
{
    uint32_t least = (uint32_t)((1ull << 32) % (uint64_t)n);
    for (int64_t k = 0; k < count; k++)
        out[k] = below(state, (uint64_t)n, least);
}

/* Draws each index AHEAD steps before its use, so that its line can be asked for. */
void drawing(double *y, double *p, double *t, uint64_t *state, int64_t steps, int64_t runs, int64_t n,
             double a)
{
    uint32_t least = (uint32_t)((1ull << 32) % (uint64_t)n);
    uint64_t s[4] = {state[0], state[1], state[2], state[3]};
    int64_t index[AHEAD][LANES];
    for (int64_t first = 0; first < runs; first += LANES) {
        int64_t count = first + LANES < runs ? LANES : runs - first;
        double *rows = y + first * n, *q = p + first, *u = t + first;
        for (int k = 0; k < AHEAD; k++)
            for (int64_t r = 0; r < count; r++)
                index[k][r] = r * n + below(s, (uint64_t)n, least);
        for (int64_t k = 0; k < steps; k++) {
            int64_t *now = index[k % AHEAD];
            for (int64_t r = 0; r < count; r++) {
                step(&rows[now[r]], &q[r], &u[r], 2 * a);
                now[r] = r * n + below(s, (uint64_t)n, least);
                __builtin_prefetch(&rows[now[r]], 1);
            }
            if (k % CHECK == CHECK - 1)
                for (int64_t r = 0; r < count; r++)
                    rescale(rows + r * n, &q[r], n, a);
        }
    }
    for (int k = 0; k < 4; k++)
        state[k] = s[k];
}

/* b of n, b <= n/2: each run does all its steps before the next one does. A set are the first b different
 * integers, told by marks: seen[j] is the number of the last set that j was in (n entries, 0 at the start).
 * kept: where the sets are left, (runs, steps, b), for the tests; or NULL. */
void several(double *y, double *p, double *t, uint64_t *state, uint32_t *seen, uint32_t *kept, int64_t steps,
             int64_t runs, int64_t n, int64_t b, double a)
{
    uint32_t least = (uint32_t)((1ull << 32) % (uint64_t)n), mark = seen[n];
    uint64_t s[4] = {state[0], state[1], state[2], state[3]};
    uint32_t sets[CHECK * b];
    for (int64_t r = 0; r < runs; r++) {
        double *row = y + r * n, scale = p[r], mass = t[r];
        for (int64_t done = 0; done < steps; done += CHECK) {
            int64_t some = done + CHECK < steps ? CHECK : steps - done;
            for (int64_t k = 0; k < some; k++) {
                mark++;
                for (int64_t count = 0; count < b;) {
                    int64_t j = below(s, (uint64_t)n, least);
                    sets[k * b + count] = (uint32_t)j;
                    count += seen[j] != mark;
                    seen[j] = mark;
                    __builtin_prefetch(&row[j], 1);
                }
            }
            for (int64_t k = 0; k < some; k++) {
                uint32_t *set = sets + k * b;
                double sum[4] = {0.0, 0.0, 0.0, 0.0};
                for (int64_t j = 0; j < b; j++)
                    sum[j % 4] += row[set[j]];
                double x = ((sum[0] + sum[1]) + (sum[2] + sum[3])) * scale, c = 1.0 - x;
                double f = c + (2 * a - mass), c2 = c * c, f2 = f * f, g = f2 / c2;
                mass = (mass - x) * c2 + x * f2;
                scale *= c2;
                for (int64_t j = 0; j < b; j++)
                    row[set[j]] *= g;
            }
            for (int64_t k = 0; kept && k < some * b; k++)
                kept[(r * steps + done) * b + k] = sets[k];
            rescale(row, &scale, n, a);
        }
        p[r] = scale;
        t[r] = mass;
    }
    seen[n] = mark;
    for (int k = 0; k < 4; k++)
        state[k] = s[k];
}

/* `count` additions, each of which waits for the one before: a cycle each. */
int64_t chain(int64_t count)
{
    int64_t x = 0;
    for (int64_t k = 0; k < count; k++) {
        x += k;
        __asm__ volatile("" : "+r"(x));
    }
    return x;
}

/* Read and write `count` scattered entries of y, which do not wait for one another. */
void lines(double *y, const int64_t *index, int64_t count)
{
    for (int64_t k = 0; k < count; k++) {
        __builtin_prefetch(&y[index[k + 64 < count ? k + 64 : k]], 1);
        y[index[k]] *= 1.0000001;
    }
}
