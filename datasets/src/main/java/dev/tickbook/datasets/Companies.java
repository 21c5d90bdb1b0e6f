package dev.tickbook.datasets;

import dev.tickbook.datasets.Rng.Topic;

/** Invents the companies: a plant, then an industry. The n-th company is the same in every market of any size. */
final class Companies {

    private static final String[] PLANTS = {
        "Alder", "Aspen", "Azalea", "Beech", "Birch", "Bramble", "Cedar", "Clover", "Cypress", "Dahlia",
        "Dogwood", "Elm", "Ember", "Fern", "Fir", "Foxglove", "Ginkgo", "Gorse", "Hazel", "Heather",
        "Holly", "Iris", "Ivy", "Juniper", "Kelp", "Larch", "Linden", "Lotus", "Maple", "Myrtle",
        "Nettle", "Oak", "Olive", "Poplar", "Quince", "Rowan", "Sorrel", "Spruce", "Thistle", "Willow"
    };

    static final String[] SECTORS = {
        "Technology", "Health Care", "Financials", "Energy", "Industrials",
        "Consumer", "Materials", "Utilities", "Real Estate", "Communication"
    };

    private static final String SECTOR_LETTERS = "THFEICMURK";

    /** Within a sector every industry has its own initial, which makes the tickers unique. */
    private static final String[][] INDUSTRIES = {
        {"Robotics", "Software", "Cloud", "Data", "Optics", "Networks", "Imaging", "Analytics"},
        {"Biotech", "Diagnostics", "Genomics", "Therapeutics", "Vaccines", "Hospitals", "Pharma", "Implants"},
        {"Bank", "Insurance", "Capital", "Lending", "Payments", "Exchange", "Trust", "Reinsurance"},
        {"Petroleum", "Solar", "Wind", "Drilling", "Gas", "Refining", "Hydrogen", "Uranium"},
        {"Aerospace", "Freight", "Machinery", "Rail", "Tools", "Shipyards", "Engines", "Hydraulics"},
        {"Foods", "Apparel", "Toys", "Beverages", "Hotels", "Retail", "Motors", "Groceries"},
        {"Steel", "Copper", "Paper", "Glass", "Lithium", "Timber", "Minerals", "Resins"},
        {"Electric", "Water", "Grid", "Heating", "Recycling", "Transmission", "Power", "Nuclear"},
        {"Offices", "Warehouses", "Housing", "Malls", "Towers", "Land", "Storage", "Farmland"},
        {"Media", "Telecom", "Games", "Broadcasting", "Satellite", "Publishing", "Fiber", "Wireless"}
    };

    private static final int INDUSTRIES_PER_SECTOR = INDUSTRIES[0].length;
    private static final int INDUSTRY_COUNT = SECTORS.length * INDUSTRIES_PER_SECTOR;

    /** So many different names there are. */
    static final int COUNT = PLANTS.length * INDUSTRY_COUNT;

    private Companies() {}

    static int sector(int company) {
        return company % SECTORS.length;
    }

    static String industry(int company) {
        return INDUSTRIES[sector(company)][company / SECTORS.length % INDUSTRIES_PER_SECTOR];
    }

    /** Neighbours get different plants, and each industry meets each plant once. */
    private static String plant(int company) {
        return PLANTS[(company / INDUSTRY_COUNT + 7 * (company % INDUSTRY_COUNT)) % PLANTS.length];
    }

    static String name(int company) {
        return plant(company) + " " + industry(company);
    }

    static String ticker(int company) {
        return plant(company).substring(0, 1)
                + (char) (plant(company).charAt(1) - 'a' + 'A')
                + SECTOR_LETTERS.charAt(sector(company))
                + industry(company).charAt(0);
    }

    static String exchange(long seed, int company) {
        return Rng.keyed(seed, Topic.SYMBOL, company).chance(0.5) ? "XNAS" : "XNYS";
    }
}
