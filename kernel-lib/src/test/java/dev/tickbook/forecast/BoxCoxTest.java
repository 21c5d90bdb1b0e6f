package dev.tickbook.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.TickbookException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transformation, and the choice of λ against R's {@code BoxCox.lambda(x)}. */
class BoxCoxTest {

    @ParameterizedTest
    @ValueSource(doubles = {-1, -0.3, 0, 0.5, 1, 2})
    void whatIsTransformedCanBeTakenBack(double lambda) {
        BoxCox boxCox = BoxCox.of(lambda);
        assertThat(boxCox.inverse(boxCox.transform(42))).isCloseTo(42, within(1e-9));
        assertThat(boxCox.transform(1)).isZero();
    }

    @Test
    void guerrerosMethodFindsRsLambda() {
        assertThat(BoxCox.guerrero(ClassicSeries.airPassengers()).lambda()).isCloseTo(-0.2947156, within(1e-3));
        assertThat(BoxCox.guerrero(ClassicSeries.lynx()).lambda()).isCloseTo(0.1521849, within(1e-3));
    }

    @Test
    void lambdaNeedsPositiveValuesAndTwoSeasons() {
        assertThatThrownBy(() -> BoxCox.guerrero(new TimeSeries(new double[] {1, 0, 3, 4}, 1)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> BoxCox.guerrero(new TimeSeries(new double[] {1, 2, 3, 4}, 4)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("too short");
        assertThatThrownBy(() -> BoxCox.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
