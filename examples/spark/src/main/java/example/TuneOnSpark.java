// SPDX-License-Identifier: Apache-2.0
package example;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * Runs the workers of a recipe as the tasks of a barrier stage: Spark starts all of them at the same time, or none. Each task is a
 * {@link WorkerTask}.
 */
public final class TuneOnSpark {
    private static final String USAGE = "usage: spark-submit --class example.TuneOnSpark tune-on-spark-1.0.0.jar WORKERS TUNE RECIPE"
            + " --config CONFIG [KEY=VALUE]...";

    private TuneOnSpark() {}

    /** Arguments: the number of workers, the path of {@code tune} on all machines, the recipe with its config and overrides. */
    public static void main(String[] args) {
        if (args.length < 3 || !args[0].matches("[1-9]\\d{0,4}")) {
            System.err.println(USAGE);
            System.exit(2);
        }
        try (JavaSparkContext spark = new JavaSparkContext(onlyOnce(new SparkConf()))) {
            run(spark, Integer.parseInt(args[0]), args[1], List.of(args).subList(2, args.length));
        }
    }

    /** Ends the job when a worker fails. Spark would start all of them again, from the first step. */
    static SparkConf onlyOnce(SparkConf conf) {
        return conf.set("spark.stage.maxConsecutiveAttempts", "1");
    }

    /**
     * Runs a recipe and waits for its end.
     *
     * @param workers at most as many as the cluster runs tasks at a time
     * @param tune the path of {@code tune} on all machines
     * @param arguments of {@code tune run}
     * @throws RuntimeException from Spark, with the worker that failed and its last lines
     */
    static void run(JavaSparkContext spark, int workers, String tune, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(tune, "run"));
        command.addAll(arguments);
        Function1<scala.collection.Iterator<Integer>, scala.collection.Iterator<Integer>> task =
                (Function1<scala.collection.Iterator<Integer>, scala.collection.Iterator<Integer>> & Serializable)
                        ignored -> {
                            new WorkerTask(BarrierTaskContext.get(), command).run();
                            Iterator<Integer> nothing = Collections.emptyIterator();
                            return CollectionConverters.asScala(nothing);
                        };
        spark.parallelize(Collections.nCopies(workers, 0), workers)
                .rdd()
                .barrier()
                .mapPartitions(task, false, ClassTag$.MODULE$.apply(Integer.class))
                .count();
    }
}
